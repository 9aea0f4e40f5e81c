import { nearNames } from "./near-names.ts";

/**
 * Finds full names that are similar to a name as written in a proto. Comparing a name with all names of a large request
 * would take longer than generating its code, so only these are candidates: the names in the package of the file, the
 * names in the scope that the name mentions, and those whose last segment has about the same length and outer letters.
 */
export class NameIndex {
  readonly #byScope = new Map<string, string[]>();
  readonly #byShape = new Map<string, string[]>();
  readonly #inPackage = new Map<string, readonly string[]>();

  constructor(names: Iterable<string>) {
    for (const name of names) {
      const { scope, segment } = split(name);
      append(this.#byScope, scope, name);
      append(this.#byShape, shapeOf(segment, segment.length), name);
    }
  }

  /** Returns similar names, the most similar one first. Names in the package are relative to it. */
  near(name: string, packageName: string): string[] {
    const { scope, segment } = split(name);
    const prefix = packageName === "" ? "" : `${packageName}.`;
    const candidates = [
      ...this.#namesBelow(prefix),
      ...(this.#byScope.get(scope) ?? []),
      ...[-1, 0, 1].flatMap((more) => this.#byShape.get(shapeOf(segment, segment.length + more)) ?? []),
    ];
    return nearNames(
      name,
      candidates.map((full) => (full.startsWith(prefix) ? full.slice(prefix.length) : full)),
    );
  }

  #namesBelow(prefix: string): readonly string[] {
    const known =
      this.#inPackage.get(prefix) ??
      [...this.#byScope].flatMap(([scope, names]) => (`${scope}.`.startsWith(prefix) ? names : []));
    this.#inPackage.set(prefix, known);
    return known;
  }
}

function split(name: string): { scope: string; segment: string } {
  const dot = name.lastIndexOf(".");
  return { scope: name.slice(0, Math.max(0, dot)), segment: name.slice(dot + 1) };
}

function shapeOf(segment: string, length: number): string {
  return `${segment.at(0)}${segment.at(-1)}${length}`.toLowerCase();
}

function append(map: Map<string, string[]>, key: string, name: string): void {
  const names = map.get(key);
  names === undefined ? map.set(key, [name]) : names.push(name);
}
