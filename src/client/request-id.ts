/** Returns a copy of a request whose ID is set: to its present value, if any, and otherwise to a random UUID. */
export function withRequestId(request: object, field: string): object {
  const id = (request as Record<string, unknown>)[field] || randomUuid();
  // A message keeps its prototype, from which it can inherit default values.
  return Object.assign(Object.create(Object.getPrototypeOf(request)), request, { [field]: id });
}

// Browsers have crypto.randomUUID only on pages with TLS.
function randomUuid(): string {
  const template = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  const random = crypto.getRandomValues(new Uint8Array(template.length));
  return template.replace(/[xy]/g, (kind, index) => {
    const value = random[index] as number;
    return (kind === "x" ? value % 16 : 8 + (value % 4)).toString(16);
  });
}
