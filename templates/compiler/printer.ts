import { Node, type SourceFile, ts } from "ts-morph";
import { readNames, templateError } from "./names.ts";

/** What the names in a doc comment of a template print. */
const docNames: Record<string, readonly string[]> = {
  $service: ["service.desc.typeName"],
  $rpc: ["service.desc.typeName", "method.desc.name"],
};

const methodLoop = "for (const method of service.methods) {";

/** What a part of a template is printed for. */
type Subject = "service" | "method";

/** A doc comment of a template, and the declaration or member that it stands on. */
interface DocBlock {
  readonly start: number;
  readonly end: number;
  readonly ownerEnd: number;
}

/** Returns the body of the printer for a template, or for what TypeScript emitted of it. */
export function compilePrinter(file: SourceFile): string {
  const text = file.getFullText();
  const { replacements, symbols } = readNames(file);
  const blocks = docBlocks(file);
  const lineStart = (position: number): number => text.lastIndexOf("\n", position - 1) + 1;
  const lineEnd = (position: number): number => `${text}\n`.indexOf("\n", position) + 1;

  /** Returns what stands in a printer's template literal for a name. */
  const interpolate = (name: string, source: string | undefined, position: number, subject: Subject): string => {
    if (source === undefined) {
      throw templateError(file, position, `nothing says what ${name} prints in a doc comment`);
    }
    if (subject === "service" && /\bmethod\b/.test(source)) {
      throw templateError(file, position, `${name} is of a method: it can only stand below an @each`);
    }
    return `\${${source}}`;
  };

  /** Compiles the text of a range, with the doc blocks inside it. */
  const compileRange = (start: number, end: number, subject: Subject): string[] => {
    const source: string[] = [];
    let cursor = start;
    for (const block of blocks) {
      if (block.start >= cursor && block.end <= end) {
        source.push(...compileLines(cursor, lineStart(block.start), subject), ...compileBlock(block, subject));
        cursor = lineEnd(block.ownerEnd);
      }
    }
    return [...source, ...compileLines(cursor, end, subject)];
  };

  const compileBlock = (block: DocBlock, outer: Subject): string[] => {
    const { each, condition, docs, prose } = parseDoc(text.slice(block.start, block.end));
    const subject = each ? "method" : outer;
    if (/^@/m.test(prose)) {
      throw templateError(file, block.start, `only the directives of templates/placeholders.ts can stand in: ${prose}`);
    }
    const indentation = text.slice(lineStart(block.start), block.start);
    const args = `${subject}${indentation === "" ? "" : `, ${JSON.stringify(indentation)}`}`;
    const source: string[] = [];
    if (docs) {
      source.push(`f.print(f.jsDoc(${subject}.desc, ${JSON.stringify(indentation)}));`);
    } else if (prose !== "") {
      source.push(
        `printDocs(f, ${docSource(prose, (name, source) => interpolate(name, source, block.start, subject))}, ${args});`,
      );
    }
    source.push(...compileRange(lineEnd(block.end), lineEnd(block.ownerEnd), subject));
    if (lineStart(block.start) === block.start) {
      source.push("f.print();");
    }
    const conditional =
      condition === undefined ? source : [`if (${subject}.${condition} !== undefined) {`, ...indent(source, 2), "}"];
    return each ? [methodLoop, ...indent(conditional, 2), "}"] : conditional;
  };

  const compileLines = (start: number, end: number, subject: Subject): string[] => {
    let line = "";
    let cursor = start;
    for (const { start: from, end: to, source } of replacements) {
      if (from >= start && to <= end) {
        line += escapeTemplate(text.slice(cursor, from)) + interpolate(text.slice(from, to), source, from, subject);
        cursor = to;
      }
    }
    line += escapeTemplate(text.slice(cursor, end));
    return line
      .split("\n")
      .filter((_, i, all) => i < all.length - 1)
      .map((printed) => `f.print\`${printed}\`;`);
  };

  const topLevel = blocks.filter(({ start }) => lineStart(start) === start);
  const constants = [...symbols].map(([name, source]) => `const ${name} = ${source};\n`).join("");
  const source = constants + topLevel.flatMap((block) => compileBlock(block, "service")).join("\n");
  // Neighbours that are repeated share a loop, so that what belongs to a method stays together.
  return indent(source.replaceAll(`\n}\n${methodLoop}\n`, "\n").split("\n"), 4).join("\n");
}

/** Finds the doc comments of declarations and their members. Every exported declaration must have one. */
function docBlocks(file: SourceFile): DocBlock[] {
  const blocks = new Map<number, DocBlock>();
  const visit = (node: Node): void => {
    const range = node.getLeadingCommentRanges().findLast((comment) => comment.getText().startsWith("/**"));
    if (range !== undefined && !blocks.has(range.getPos())) {
      blocks.set(range.getPos(), { start: range.getPos(), end: range.getEnd(), ownerEnd: node.getEnd() });
    } else if (range === undefined && node.getParent() === file && ts.canHaveModifiers(node.compilerNode)) {
      if (!Node.isImportDeclaration(node)) {
        throw templateError(file, node.getStart(), "a declaration of a template lacks a doc comment");
      }
    }
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  return [...blocks.values()].sort((a, b) => a.start - b.start);
}

/** Reads a doc comment: its directives, and its prose. */
function parseDoc(comment: string): { each: boolean; condition: string | undefined; docs: boolean; prose: string } {
  const lines = comment
    .slice("/**".length, -"*/".length)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  const isDirective = (line: string): boolean => /^\s*@(each|docs|if \w+)$/.test(line);
  const has = (directive: string): boolean => lines.some((line) => line.trim() === directive);
  return {
    each: has("@each"),
    condition: lines.map((line) => /^\s*@if (\w+)$/.exec(line)?.[1]).find((name) => name !== undefined),
    docs: has("@docs"),
    prose: lines
      .filter((line) => !isDirective(line))
      .join("\n")
      .trim(),
  };
}

function docSource(prose: string, interpolate: (name: string, source: string | undefined) => string): string {
  const text = escapeTemplate(prose).replaceAll("\n", "\\n");
  const printed = text.replace(/\$\w+/g, (name) => {
    const sources = docNames[name] ?? [undefined];
    return sources.map((source) => interpolate(name, source)).join(".");
  });
  return `\`${printed}\``;
}

function indent(lines: readonly string[], spaces: number): string[] {
  return lines.map((line) => " ".repeat(spaces) + line);
}

function escapeTemplate(text: string): string {
  return text.replace(/[\\`]|\$(?=\{)/g, "\\$&");
}
