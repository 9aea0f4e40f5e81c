import { type Node, type SourceFile, ts } from "ts-morph";
import { templateError } from "./template-error.ts";

/** A doc comment of a template. */
export interface DocComment {
  readonly start: number;
  readonly end: number;
  /** Whether the declaration or member is repeated for each method. */
  readonly each: boolean;
  /** The property of a method or service without which the declaration or member is omitted. */
  readonly condition: string | undefined;
  /** Whether the comment from the proto replaces this comment. */
  readonly docs: boolean;
  readonly prose: readonly Prose[];
}

/** A part of the text of a doc comment: literal text, or the name of a placeholder. */
export type Prose = { readonly text: string } | { readonly name: string; readonly start: number };

/** Returns the doc comment of a node, if any. */
export function docCommentOf(node: Node): DocComment | undefined {
  const doc = docNodeOf(node);
  if (doc === undefined) {
    return undefined;
  }
  const file = node.getSourceFile();
  const directives = new Map((doc.tags ?? []).map((tag) => [tag.tagName.text, tag]));
  for (const [name, tag] of directives) {
    if (!["each", "if", "docs"].includes(name)) {
      throw templateError(file, tag.pos, `unknown directive @${name}: use one of those in templates/placeholders.ts`);
    }
  }
  return {
    start: doc.pos,
    end: doc.end,
    each: directives.has("each"),
    condition: textOf(directives.get("if")),
    docs: directives.has("docs"),
    prose: proseOf(doc, file),
  };
}

/** Returns the text of a tag in the doc comment of a node. */
export function tagTextOf(node: Node, name: string): string | undefined {
  return textOf(docNodeOf(node)?.tags?.find((tag) => tag.tagName.text === name));
}

function docNodeOf(node: Node): ts.JSDoc | undefined {
  const docs = ts.getJSDocCommentsAndTags(node.compilerNode);
  return docs.filter(ts.isJSDoc).findLast(({ parent }) => parent === node.compilerNode);
}

function textOf(tag: ts.JSDocTag | undefined): string | undefined {
  return tag && ts.getTextOfJSDocComment(tag.comment);
}

function proseOf({ comment = "" }: ts.JSDoc, file: SourceFile): Prose[] {
  if (typeof comment === "string") {
    return comment === "" ? [] : [{ text: comment }];
  }
  return comment.map((part) => {
    if (!ts.isJSDocLink(part)) {
      return { text: part.text };
    }
    const start = part.getStart(file.compilerNode);
    if (part.name === undefined || !ts.isIdentifier(part.name)) {
      throw templateError(file, start, "invalid link: link to a placeholder of templates/placeholders.ts");
    }
    return { name: part.name.text, start };
  });
}
