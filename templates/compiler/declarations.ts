import { type Identifier, Node, type SourceFile, type Statement, SyntaxKind } from "ts-morph";
import { docCommentOf } from "./doc-comment.ts";
import type { Printed, Subject } from "./placeholders.ts";
import { templateError } from "./template-error.ts";

/** An exported declaration of a template. */
export interface Declaration {
  readonly name: Identifier;
  /** The position of the export keyword, which protoplugin prints for each target. */
  readonly start: number;
  /** The text between the export keyword and the name, such as `declare const`. */
  readonly keywords: string;
}

/** Returns the declarations of a template. */
export function readDeclarations(file: SourceFile): Declaration[] {
  return file.getStatements().flatMap((statement) => {
    const { keyword, names } = readStatement(statement);
    const modifiers = Node.isModifierable(statement) ? statement.getModifiers() : [];
    const exported = modifiers.find((modifier) => modifier.getKind() === SyntaxKind.ExportKeyword);
    const others = modifiers.filter((modifier) => modifier !== exported).map((modifier) => modifier.getText());
    return names.map((name) => {
      if (exported === undefined) {
        throw templateError(file, statement.getStart(), notATemplate);
      }
      if (docCommentOf(statement) === undefined) {
        throw templateError(file, statement.getStart(), "declaration without a doc comment: add one");
      }
      return { name, start: exported.getStart(), keywords: [...others, keyword].join(" ") };
    });
  });
}

/** Returns whether a declaration of a template is printed once per service or once per method. */
export function subjectOf(declaration: Node): Subject {
  const isStatement = Node.isStatement(declaration);
  const statement = isStatement ? declaration : declaration.getFirstAncestorOrThrow((node) => Node.isStatement(node));
  return docCommentOf(statement)?.each ? "method" : "service";
}

/** Returns the expression that prints the name of a declaration of a template. */
export function printName(name: string, declaration: Node): Printed {
  const subject = subjectOf(declaration);
  return { source: `${subject}.nameOf(${JSON.stringify(name)})`, subject };
}

const notATemplate = "unsupported statement: a template can contain only exported functions, interfaces, and constants";

function readStatement(statement: Statement): { readonly keyword: string; readonly names: readonly Identifier[] } {
  if (Node.isVariableStatement(statement)) {
    const names = statement.getDeclarations().map((declaration) => declaration.getNameNode());
    return { keyword: statement.getDeclarationKind(), names: names.filter((name) => Node.isIdentifier(name)) };
  }
  if (Node.isFunctionDeclaration(statement)) {
    return { keyword: "function", names: [statement.getNameNodeOrThrow()] };
  }
  if (Node.isInterfaceDeclaration(statement)) {
    return { keyword: "interface", names: [statement.getNameNode()] };
  }
  // TypeScript adds `export {}` to a module without exports.
  if (Node.isImportDeclaration(statement) || (Node.isExportDeclaration(statement) && !statement.hasNamedExports())) {
    return { keyword: "", names: [] };
  }
  throw templateError(statement.getSourceFile(), statement.getStart(), notATemplate);
}
