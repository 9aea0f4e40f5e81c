import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Diagnostic } from "../diagnostic.ts";

/** A value in a YAML file. Aliases and merge keys are resolved. */
export interface YamlNode {
  /** The location, such as `acme/library/v1/library.yaml:12:5`. */
  readonly position: string;
  /** The first line of the value as written. */
  readonly written: string;
  readonly content: YamlContent;
}

type YamlContent =
  | { readonly kind: "scalar"; readonly value: unknown }
  | { readonly kind: "list"; readonly items: readonly YamlNode[] }
  | { readonly kind: "map"; readonly entries: readonly YamlEntry[] };

/** A key of a mapping with its value. */
export interface YamlEntry {
  readonly key: string;
  readonly position: string;
  readonly value: YamlNode;
}

/**
 * Parses a YAML file.
 *
 * @param sections The keys at the top of the file that matter. If the file does not parse, the other ones are left out:
 *   some libraries accept strings that others do not, and most of these strings are documentation.
 */
export function parseYaml(
  path: string,
  text: string,
  sections: readonly string[],
): { root: YamlNode; problems: readonly Diagnostic[] } {
  const whole = parseText(path, text);
  return whole.problems.length === 0 ? whole : parseText(path, keepSections(text, sections));
}

function parseText(path: string, text: string): { root: YamlNode; problems: readonly Diagnostic[] } {
  const lines = new LineCounter();
  const positionAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const problems = document.errors.map(({ message, pos }) => ({
    position: positionAt(pos[0]),
    message: `not valid YAML: ${message}.`,
  }));
  return { root: new Reader(document, text, positionAt).read(document.contents, 0), problems };
}

/** Replaces the lines of other sections by empty lines, so that positions stay the same. */
function keepSections(text: string, sections: readonly string[]): string {
  let isKept = true;
  return text
    .split("\n")
    .map((line) => {
      const [, key] = /^(\w+):/.exec(line) ?? [];
      isKept = key === undefined ? isKept : sections.includes(key);
      return isKept ? line : "";
    })
    .join("\n");
}

class Reader {
  readonly #document: Document;
  readonly #text: string;
  readonly #positionAt: (offset: number) => string;

  constructor(document: Document, text: string, positionAt: (offset: number) => string) {
    this.#document = document;
    this.#text = text;
    this.#positionAt = positionAt;
  }

  /** Reads a node. `offset` is the position of a value that is missing. */
  read(node: Node | null, offset: number): YamlNode {
    const [start = offset, end = start] = node?.range ?? [];
    const [written = ""] = this.#text.slice(start, end).trim().split("\n");
    return { position: this.#positionAt(start), written, content: this.#contentOf(node, start) };
  }

  #contentOf(node: Node | null, start: number): YamlContent {
    const resolved = this.#resolve(node);
    if (isMap(resolved)) {
      return { kind: "map", entries: [...this.#entriesOf(resolved, new Set()).values()] };
    }
    if (isSeq(resolved)) {
      return { kind: "list", items: resolved.items.map((item) => this.read(item as Node | null, start)) };
    }
    return { kind: "scalar", value: isScalar(resolved) ? resolved.value : null };
  }

  /** Returns the entries of a mapping by key. Its own entries override those that it merges. */
  #entriesOf(map: YAMLMap, inside: ReadonlySet<YAMLMap>): Map<string, YamlEntry> {
    const merged: YamlEntry[] = [];
    const own: YamlEntry[] = [];
    for (const { key, value } of map.items as { key: ParsedNode; value: Node | null }[]) {
      const [start, , end] = key.range;
      if (isScalar(key) && typeof key.value === "symbol") {
        merged.push(...this.#mergedEntries(value, new Set([...inside, map])));
      } else {
        own.push({ key: String(key), position: this.#positionAt(start), value: this.read(value, end) });
      }
    }
    return new Map([...merged, ...own].map((entry) => [entry.key, entry]));
  }

  /** Returns the entries of the mapping or mappings under a merge key. The first of several mappings wins. */
  #mergedEntries(value: Node | null, inside: ReadonlySet<YAMLMap>): YamlEntry[] {
    const resolved = this.#resolve(value);
    const sources = isSeq(resolved) ? resolved.items.toReversed() : [resolved];
    return sources.flatMap((source) => {
      const map = this.#resolve(source as Node | null);
      // A mapping cannot merge itself.
      return isMap(map) && !inside.has(map) ? [...this.#entriesOf(map, inside).values()] : [];
    });
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
  }
}
