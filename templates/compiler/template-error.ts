import type { SourceFile } from "ts-morph";

/** Returns an error whose message starts with the position in a template. */
export function templateError(file: SourceFile, position: number, message: string): Error {
  const { line, column } = file.getLineAndColumnAtPos(position);
  return new Error(`templates/${file.getBaseName()}:${line}:${column}: ${message}`);
}
