import { Code, ConnectError } from "@connectrpc/connect";

/** The fields that a filter can compare, and the types of their values. */
export const filterFields = {
  name: "string",
  method: "string",
  done: "boolean",
  create_time: "timestamp",
  update_time: "timestamp",
} as const;

export type FilterField = keyof typeof filterFields;
export type Comparator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** A parsed filter: the subset of AIP-160 that operations need. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly terms: readonly Filter[] }
  | { readonly kind: "not"; readonly term: Filter }
  | {
      readonly kind: "compare";
      readonly field: FilterField;
      readonly comparator: Comparator;
      readonly value: string | boolean;
    };

const token =
  /\s*(?:(?<symbol>\(|\)|!=|<=|>=|=|<|>|-(?=\(|[a-z_]))|"(?<quoted>(?:[^"\\]|\\.)*)"|(?<word>[^\s()"=<>!]+))/uy;
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
// The range of google.protobuf.Timestamp.
const earliest = Date.parse("0001-01-01T00:00:00Z");
const latest = Date.parse("9999-12-31T23:59:59.999Z");
const maxTokens = 200;

/**
 * Parses a filter, such as `done = false AND method = "acme.library.v1.LibraryService.CreateBook"`. As in AIP-160, OR
 * binds tighter than AND, and adjacent terms are joined by AND. Returns `undefined` for an empty filter.
 *
 * @throws ConnectError with Code.InvalidArgument if the filter is invalid.
 */
export function parseFilter(text: string): Filter | undefined {
  const tokens = tokenize(text);
  if (tokens.length === 0) {
    return undefined;
  }
  let position = 0;

  const peek = (): string | undefined => tokens[position]?.text;
  const accept = (text: string): boolean => {
    const found = tokens[position]?.quoted === false && peek() === text;
    position += found ? 1 : 0;
    return found;
  };

  function expression(): Filter {
    const terms = [disjunction()];
    while (position < tokens.length && peek() !== ")") {
      accept("AND");
      terms.push(disjunction());
    }
    return join("and", terms);
  }

  function disjunction(): Filter {
    const terms = [term()];
    while (accept("OR")) {
      terms.push(term());
    }
    return join("or", terms);
  }

  function term(): Filter {
    if (accept("NOT") || accept("-")) {
      return { kind: "not", term: term() };
    }
    if (accept("(")) {
      const inner = expression();
      if (!accept(")")) {
        throw invalid('"(" is not closed: add ")"');
      }
      return inner;
    }
    return comparison();
  }

  function comparison(): Filter {
    const field = tokens[position++]?.text ?? "";
    if (!Object.hasOwn(filterFields, field)) {
      throw invalid(`unknown field "${field}": use ${Object.keys(filterFields).join(", ")}`);
    }
    const comparator = tokens[position++]?.text ?? "";
    const value = tokens[position++];
    if (!["=", "!=", "<", "<=", ">", ">="].includes(comparator) || value === undefined) {
      throw invalid(`"${field}" is not compared: add a comparator and a value`);
    }
    return compare(field as FilterField, comparator as Comparator, value.text);
  }

  const filter = expression();
  if (position < tokens.length) {
    throw invalid(`unexpected "${peek()}": remove it`);
  }
  return filter;
}

function tokenize(text: string): { readonly text: string; readonly quoted: boolean }[] {
  const tokens = [];
  const end = text.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const groups = token.exec(text)?.groups;
    if (groups === undefined || tokens.length === maxTokens) {
      throw invalid(groups ? `more than ${maxTokens} words: shorten it` : `cannot parse "${text.slice(at, at + 20)}"`);
    }
    const { symbol, word, quoted } = groups;
    tokens.push({ text: symbol ?? word ?? (quoted ?? "").replace(/\\(.)/gsu, "$1"), quoted: quoted !== undefined });
  }
  return tokens;
}

function compare(field: FilterField, comparator: Comparator, text: string): Filter {
  const kind = filterFields[field];
  const ordered = comparator !== "=" && comparator !== "!=";
  if (kind === "boolean") {
    if (ordered || (text !== "true" && text !== "false")) {
      throw invalid(`"${field} ${comparator} ${text}" is not supported: use = or != with true or false`);
    }
    return { kind: "compare", field, comparator, value: text === "true" };
  }
  if (kind === "timestamp") {
    const time = timestamp.test(text) ? Date.parse(text) : Number.NaN;
    if (!(time >= earliest && time <= latest)) {
      throw invalid(`"${text}" is not a timestamp: compare ${field} with one such as "2026-11-20T10:00:00Z"`);
    }
    return { kind: "compare", field, comparator, value: new Date(time).toISOString() };
  }
  if (kind === "string" && ordered) {
    throw invalid(`"${field} ${comparator}" is not supported: use = or !=`);
  }
  if (text.includes("\0")) {
    throw invalid(`the value of "${field}" contains a NUL character: remove it`);
  }
  return { kind: "compare", field, comparator, value: text };
}

function join(kind: "and" | "or", terms: Filter[]): Filter {
  const [only] = terms;
  return terms.length === 1 && only !== undefined ? only : { kind, terms };
}

function invalid(what: string): ConnectError {
  return new ConnectError(`invalid filter: ${what}`, Code.InvalidArgument);
}
