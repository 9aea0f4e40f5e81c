/** An error in a file, or a note to its author. */
export interface Diagnostic {
  /** The location, such as `acme/v1/library.proto:12:5`. Lines and columns are 1-based. */
  readonly position: string;
  /** The subject, the cause, and the fix, in one line. */
  readonly message: string;
}

export function formatDiagnostic({ position, message }: Diagnostic): string {
  return `${position}: ${message}`;
}
