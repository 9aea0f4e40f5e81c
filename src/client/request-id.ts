/** Returns a copy of a request whose ID is set: to the value that it already has, or else to a random UUID. */
export function withRequestId(request: object, field: string): object {
  const id = (request as Record<string, unknown>)[field] || randomUuid();
  // A message keeps its prototype, from which it may inherit default values.
  return Object.assign(Object.create(Object.getPrototypeOf(request)), request, { [field]: id });
}

// Browsers lack crypto.randomUUID on pages without TLS.
function randomUuid(): string {
  const [a = 0, b = 0, c = 0, d = 0, ...rest] = crypto.getRandomValues(new Uint16Array(8));
  const fields = [a, b, c, (d & 0x0fff) | 0x4000, ((rest[0] ?? 0) & 0x3fff) | 0x8000, ...rest.slice(1)];
  const hex = fields.map((field) => field.toString(16).padStart(4, "0"));
  return hex.join("").replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
