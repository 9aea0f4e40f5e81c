/** A position in a text. Line and column start at 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** The effect of a change on its first line. */
export interface Change {
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Describes the replacement of a part of a source by the first line that changes. */
export function describeChange(
  source: string,
  { start, end }: { readonly start: Position; readonly end: Position },
  replacement: string,
): Change {
  const lines = source.split("\n");
  const first = lines[start.line - 1] ?? "";
  const last = lines[end.line - 1] ?? "";
  return {
    line: start.line,
    before: first.trim(),
    after: `${first.slice(0, start.column - 1)}${replacement}${last.slice(end.column - 1)}`.replace(/\s+/g, " ").trim(),
  };
}
