import type { DescFile } from "@bufbuild/protobuf";

/** A mistake in a proto file, or something that its author should know. */
export interface Diagnostic {
  /** Where it is: `acme/v1/library.proto:12:5`, line and column counted from one. */
  readonly position: string;
  /** What it is about, the cause, and the fix, in one line. */
  readonly message: string;
}

/** Thrown with every mistake of a run, so that all can be mended at once. */
export class DiagnosticsError extends Error {
  override readonly name = "DiagnosticsError";

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join("\n"));
  }
}

export function formatDiagnostic({ position, message }: Diagnostic): string {
  return `${position}: ${message}`;
}

/**
 * Returns where an element of a proto file stands: the first of the source paths that the file has a location for. Only
 * the file's name where the compiler gave no locations.
 */
export function positionOf(file: DescFile, ...paths: readonly number[][]): string {
  for (const path of paths) {
    const location = file.proto.sourceCodeInfo?.location.find(
      (candidate) => candidate.path.length === path.length && candidate.path.every((part, i) => part === path[i]),
    );
    const [line, column] = location?.span ?? [];
    if (line !== undefined && column !== undefined) {
      return `${file.proto.name}:${line + 1}:${column + 1}`;
    }
  }
  return file.proto.name;
}
