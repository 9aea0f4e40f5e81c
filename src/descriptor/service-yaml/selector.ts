/**
 * The methods that a rule of a service YAML applies to: full names, or patterns such as `acme.library.v1.LibraryService.*`
 * or `*`, separated by commas.
 */
export function isSelector(text: string): boolean {
  return patternsOf(text).every((pattern) => /^(\*|[\w.]*\w(\.\*)?)$/.test(pattern));
}

/** Splits a selector into full names and patterns. */
export function patternsOf(selector: string): string[] {
  return selector.split(",").map((pattern) => pattern.trim());
}

/** Returns whether a selector applies to a method, given by full name. */
export function selects(selector: string, method: string): boolean {
  return patternsOf(selector).some((pattern) =>
    pattern.endsWith("*") ? method.startsWith(pattern.slice(0, -1)) : method === pattern,
  );
}
