import type { Place } from "../descriptor/place.ts";

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
