import { Node, type SourceFile } from "ts-morph";
import { type DocComment, docCommentOf } from "./doc-comment.ts";
import { readNames, type TemplateNames } from "./names.ts";
import type { Placeholders, Printed, Subject } from "./placeholders.ts";
import { templateError } from "./template-error.ts";

/** A doc comment, and the end of the declaration or member that it documents. */
interface DocBlock {
  readonly doc: DocComment;
  readonly ownerEnd: number;
}

/** A template in parsed form. */
interface Template extends TemplateNames {
  readonly file: SourceFile;
  readonly placeholders: Placeholders;
  /** The doc comments in it, in order. */
  readonly blocks: readonly DocBlock[];
}

/** Returns the lines of the printer's body for a template, or for TypeScript's JavaScript or declaration output of it. */
export function compilePrinter(file: SourceFile, placeholders: Placeholders): string[] {
  const template = { file, placeholders, blocks: docBlocks(file), ...readNames(file, placeholders) };
  const constants = Array.from(template.symbols, ([name, source]) => `const ${name} = ${source};`);
  const topLevel = template.blocks.filter(({ doc }) => lineStart(file, doc.start) === doc.start);
  return [...constants, ...compileBlocks(template, topLevel)];
}

/** Finds the doc comments of declarations and their members. */
function docBlocks(file: SourceFile): DocBlock[] {
  const nodes = file.getStatements().flatMap((statement) => [statement, ...statement.getDescendants()]);
  return nodes.flatMap((node) => {
    const doc = Node.isJSDoc(node) ? undefined : docCommentOf(node);
    return doc === undefined ? [] : { doc, ownerEnd: node.getEnd() };
  });
}

/** Adjacent blocks with `@each` share one loop, so that all declarations for a method are printed together. */
function compileBlocks(template: Template, blocks: readonly DocBlock[]): string[] {
  const loops: { each: boolean; lines: string[] }[] = [];
  for (const block of blocks) {
    const { each } = block.doc;
    const lines = [...compileBlock(template, block, each ? "method" : "service"), "f.print();"];
    const last = loops.at(-1);
    if (last?.each && each) {
      last.lines.push(...lines);
    } else {
      loops.push({ each, lines });
    }
  }
  return loops.flatMap(({ each, lines }) => (each ? repeat(lines) : lines));
}

function repeat(lines: readonly string[]): string[] {
  return ["for (const method of service.methods) {", ...indent(lines, 2), "}"];
}

/** Compiles a doc comment and the declaration or member that it documents. */
function compileBlock(template: Template, { doc, ownerEnd }: DocBlock, subject: Subject): string[] {
  const { file } = template;
  const lines = [
    ...compileDoc(template, doc, subject),
    ...compileRange(template, lineEnd(file, doc.end), lineEnd(file, ownerEnd), subject),
  ];
  const { condition } = doc;
  return condition === undefined ? lines : [`if (${subject}.${condition} !== undefined) {`, ...indent(lines, 2), "}"];
}

function compileDoc(template: Template, { docs, prose, start }: DocComment, subject: Subject): string[] {
  const indentation = " ".repeat(start - lineStart(template.file, start));
  if (docs) {
    return [`f.print(f.jsDoc(${subject}.desc, ${JSON.stringify(indentation)}));`];
  }
  const text = prose.map((part) => {
    if ("text" in part) {
      return escapeTemplate(part.text).replaceAll("\n", "\\n");
    }
    const printed = template.placeholders.get(part.name, template.file, part.start);
    return interpolate(template, part.name, printed, part.start, subject);
  });
  const args = indentation === "" ? subject : `${subject}, ${JSON.stringify(indentation)}`;
  return prose.length === 0 ? [] : [`template.printDocs(f, \`${text.join("")}\`, ${args});`];
}

/** Compiles a range of text, including nested doc blocks. */
function compileRange(template: Template, start: number, end: number, subject: Subject): string[] {
  const { file, blocks } = template;
  const lines: string[] = [];
  let cursor = start;
  for (const block of blocks) {
    if (block.doc.start >= cursor && block.ownerEnd <= end) {
      const { each } = block.doc;
      const inside = compileBlock(template, block, each ? "method" : subject);
      lines.push(...compileLines(template, cursor, lineStart(file, block.doc.start), subject));
      lines.push(...(each ? repeat(inside) : inside));
      cursor = lineEnd(file, block.ownerEnd);
    }
  }
  return [...lines, ...compileLines(template, cursor, end, subject)];
}

/** Compiles whole lines of text. */
function compileLines(template: Template, start: number, end: number, subject: Subject): string[] {
  const text = template.file.getFullText();
  let printed = "";
  let cursor = start;
  for (const replacement of template.replacements) {
    if (replacement.start >= start && replacement.end <= end) {
      const name = text.slice(replacement.start, replacement.end);
      printed += escapeTemplate(text.slice(cursor, replacement.start));
      printed += interpolate(template, name, replacement, replacement.start, subject);
      cursor = replacement.end;
    }
  }
  printed += escapeTemplate(text.slice(cursor, end));
  return printed
    .split("\n")
    .slice(0, -1)
    .map((line) => `f.print\`${line}\`;`);
}

/** Returns the interpolation for a name in a printer's template literal. */
function interpolate({ file }: Template, name: string, printed: Printed, position: number, subject: Subject): string {
  if (subject === "service" && printed.subject === "method") {
    throw templateError(file, position, `${name} depends on a method: use it only below an @each`);
  }
  return `\${${printed.source}}`;
}

function lineStart(file: SourceFile, position: number): number {
  const { line } = file.getLineAndColumnAtPos(position);
  return file.compilerNode.getLineStarts()[line - 1] ?? 0;
}

/** Returns the start of the next line. */
function lineEnd(file: SourceFile, position: number): number {
  const { line } = file.getLineAndColumnAtPos(position);
  return file.compilerNode.getLineStarts()[line] ?? file.getEnd();
}

export function indent(lines: readonly string[], spaces: number): string[] {
  return lines.map((line) => " ".repeat(spaces) + line);
}

function escapeTemplate(text: string): string {
  return text.replace(/[\\`]|\$(?=\{)/g, "\\$&");
}
