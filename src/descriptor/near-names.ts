/**
 * Returns up to three candidates that are similar to a name, the most similar one first.
 */
export function nearNames(name: string, candidates: Iterable<string>): string[] {
  const wanted = lastSegment(name).toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 4));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, lastSegment(candidate).toLowerCase(), most) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Returns the question "Did you mean …?" with a leading space, or an empty string if there are no names. */
export function didYouMean(names: readonly string[]): string {
  return names.length > 0 ? ` Did you mean ${names.map((name) => `"${name}"`).join(" or ")}?` : "";
}

function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/**
 * Returns the number of insertions, deletions, substitutions, and swaps of neighbors between two words, or `limit + 1` if
 * it is greater than the limit.
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) {
    return limit + 1;
  }
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    let least = i + 1;
    for (let j = 0; j < b.length; j++) {
      const substitution = (previous[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const isSwap = i > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const swap = isSwap ? (beforePrevious[j - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      const distance = Math.min(substitution, swap, (previous[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1);
      least = Math.min(least, distance);
      row.push(distance);
    }
    if (least > limit) {
      return limit + 1;
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
