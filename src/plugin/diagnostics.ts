import type { Place } from "../descriptor/place.ts";

/** An error in a proto file, or a note to its author. */
export interface Diagnostic {
  /** The location, such as `acme/v1/library.proto:12:5`. Lines and columns are 1-based. */
  readonly position: string;
  /** The subject, the cause, and the fix, in one line. */
  readonly message: string;
}

export function formatDiagnostic({ position, message }: Diagnostic): string {
  return `${position}: ${message}`;
}

/** Returns the position of a place, or just the file name if the compiler provided no locations. */
export function positionOf({ file: { proto }, paths }: Place): string {
  for (const path of paths) {
    const location = proto.sourceCodeInfo?.location.find(
      (candidate) => candidate.path.length === path.length && candidate.path.every((part, i) => part === path[i]),
    );
    const [line, column] = location?.span ?? [];
    if (line !== undefined && column !== undefined) {
      return `${proto.name}:${line + 1}:${column + 1}`;
    }
  }
  return proto.name;
}
