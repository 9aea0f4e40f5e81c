/** A position in a text. Both count from one. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** What a change of a source does to its first line. */
export interface Change {
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Says by a line what happens to a source where a part of it is replaced. */
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
