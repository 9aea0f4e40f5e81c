/*
 * Reads the method tables in generated TypeScript, as text.
 */
import { posix } from "node:path";
import * as wkt from "@bufbuild/protobuf/wkt";

/** The contents of generated files by path. */
export type EmittedFiles = ReadonlyMap<string, string>;

/** An entry of a generated method table, with full names. */
export interface TableEntry {
  readonly rpc: string;
  readonly response: string;
  readonly metadata: string;
}

/**
 * Reads the method tables in files of this plugin. Resolves symbols in the files of protoc-gen-es from which they are
 * imported.
 *
 * @throws Error if a table does not have the expected form.
 */
export function readTables(files: EmittedFiles, readProtobufEs: (path: string) => string): TableEntry[] {
  const symbols = new Map<string, Symbols>();
  const symbolsOf = (path: string): Symbols => {
    const known = symbols.get(path) ?? readSymbols(readProtobufEs(path));
    symbols.set(path, known);
    return known;
  };
  return [...files].flatMap(([path, content]) => {
    const imports = readImports(path, content);
    const typeNameOf = (local: string): string => {
      const { module, name } = get(imports, local);
      return module === "@bufbuild/protobuf/wkt" ? wellKnownTypeName(name) : get(symbolsOf(module).messages, name);
    };
    return matchEvery(content, /\blroService\(/g, tablePattern).flatMap(([, service = "", table = ""]) => {
      const { module, name } = get(imports, service);
      const { rpcs } = symbolsOf(module);
      return matchEvery(table, /\{/g, entryPattern).map(([, method = "", response = "", metadata = ""]) => ({
        rpc: get(rpcs, `${name}.${method}`),
        response: typeNameOf(response),
        metadata: typeNameOf(metadata),
      }));
    });
  });
}

const tablePattern = /\blroService\(\s*([\w$]+),\s*\{\s*methods: \{(.*?)\},\s*\}\);/gs;
const entryPattern = /([\w$]+):\s*\{\s*response:\s*([\w$]+),\s*metadata:\s*([\w$]+),?\s*(?:requestId: "\w+",\s*)?\},/g;

/** The exports of a file of protoc-gen-es. */
interface Symbols {
  /** Full names of messages by the name of the schema constant. */
  readonly messages: ReadonlyMap<string, string>;
  /** Full names of rpcs by service constant and local method name, joined by a dot. */
  readonly rpcs: ReadonlyMap<string, string>;
}

function readSymbols(content: string): Symbols {
  const messages = matchEvery(
    content,
    /: GenMessage</g,
    /^ \* Describes the message ([\w.]+)\.\n(?: \*.*\n)+?export const ([\w$]+): GenMessage</gm,
  ).map(([, typeName = "", name = ""]) => [name, typeName] as const);
  const rpcs = matchEvery(content, /: GenService</g, /^export const ([\w$]+): GenService<\{\n(.*?)^\}>/gms).flatMap(
    ([, service = "", methods = ""]) =>
      matchEvery(
        methods,
        /^ +methodKind: /gm,
        /^ +\* @generated from rpc ([\w.]+)\n(?: +\*.*\n)+? +([\w$]+): \{\n +methodKind: /gm,
      ).map(([, rpc = "", method = ""]) => [`${service}.${method}`, rpc] as const),
  );
  return { messages: new Map(messages), rpcs: new Map(rpcs) };
}

function readImports(path: string, content: string): Map<string, { module: string; name: string }> {
  const statements = matchEvery(content, /^import /gm, /^import (?:type )?\{ (.*) \} from "(.*)";$/gm);
  return new Map(
    statements.flatMap(([, specifiers = "", from = ""]) => {
      const module = from.startsWith(".") ? posix.join(posix.dirname(path), from.replace(/\.js$/, ".ts")) : from;
      return specifiers.split(", ").map((specifier) => {
        const [name = "", local = name] = specifier.split(" as ");
        return [local, { module, name }] as const;
      });
    }),
  );
}

function wellKnownTypeName(name: string): string {
  const schema = get(new Map(Object.entries(wkt)), name);
  if (typeof schema === "object" && "kind" in schema && schema.kind === "message") {
    return schema.typeName;
  }
  throw new Error(`${name} of @bufbuild/protobuf/wkt is not a message`);
}

/**
 * Returns the matches of a pattern.
 *
 * @throws Error if the number of matches differs from that of its mark.
 */
function matchEvery(content: string, mark: RegExp, pattern: RegExp): RegExpExecArray[] {
  const matches = [...content.matchAll(pattern)];
  const expected = [...content.matchAll(mark)].length;
  if (matches.length !== expected) {
    throw new Error(`${pattern} matches ${matches.length} times, ${mark} ${expected} times, in:\n${content}`);
  }
  return matches;
}

function get<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) {
    throw new Error(`${key} not found among ${[...map.keys()].slice(0, 20).join(", ")}`);
  }
  return value;
}
