/** The header by which Google's front ends route a call to the region or the machine that it belongs to (AIP-4222). */
export const requestParamsHeader = "x-goog-request-params";

/** One parameter of that header. Several are joined by "&". */
export function requestParam(key: string, value: string): string {
  return `${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
}
