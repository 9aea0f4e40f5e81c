/** The header by which Google's front ends route a call to the region or the machine that it belongs to (AIP-4222). */
export function requestParams(params: Readonly<Record<string, string>>): [name: string, value: string] {
  const pairs = Object.entries(params).map((pair) => pair.map(encodeURIComponent).join("="));
  return ["x-goog-request-params", pairs.join("&")];
}
