import type { Place } from "../descriptor/place.ts";

/** A mistake in a proto file, or something that its author should know. */
export interface Diagnostic {
  /** Where it is: `acme/v1/library.proto:12:5`, line and column counted from one. */
  readonly position: string;
  /** What it is about, the cause, and the fix, in one line. */
  readonly message: string;
}

export function formatDiagnostic({ position, message }: Diagnostic): string {
  return `${position}: ${message}`;
}

/** Returns the position of a place. Only the file's name where the compiler gave no locations. */
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
