import { Node, type SourceFile, ts } from "ts-morph";
import { tagTextOf } from "./doc-comment.ts";
import { templateError } from "./template-error.ts";

/** What a part of a template is printed for. */
export type Subject = "service" | "method";

/** What is printed in the place of a name. */
export interface Printed {
  /** The source of the expression that prints it. */
  readonly source: string;
  /** What the expression speaks of. */
  readonly subject: Subject;
}

/** A name of templates/placeholders.ts. */
export interface Placeholder extends Printed {
  /** Whether it is a value, of which a type can be taken. */
  readonly isValue: boolean;
}

/** The names of templates/placeholders.ts. */
export interface Placeholders {
  readonly file: SourceFile;
  /** @throws Error that names the place where the name stands if it is none. */
  get(name: string, file: SourceFile, position: number): Placeholder;
  has(name: string): boolean;
}

/** Reads what the exports of templates/placeholders.ts print. */
export function readPlaceholders(file: SourceFile): Placeholders {
  const known = new Map(
    [...file.getExportedDeclarations()].flatMap(([name, declarations]) =>
      declarations.map((declaration) => [name, readPlaceholder(declaration)] as const),
    ),
  );
  return {
    file,
    has: (name) => known.has(name),
    get(name, template, position) {
      const placeholder = known.get(name);
      if (placeholder === undefined) {
        throw templateError(template, position, `nothing says what ${name} prints`);
      }
      return placeholder;
    },
  };
}

function readPlaceholder(declaration: Node): Placeholder {
  const isValue = Node.isVariableDeclaration(declaration);
  const statement = isValue ? declaration.getVariableStatementOrThrow() : declaration;
  const source = tagTextOf(statement, "prints");
  if (source === undefined) {
    throw templateError(declaration.getSourceFile(), declaration.getStart(), "a placeholder lacks @prints");
  }
  return { source, isValue, subject: speaksOfMethod(source) ? "method" : "service" };
}

function speaksOfMethod(source: string): boolean {
  const visit = (node: ts.Node): boolean => {
    const isProperty = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
    return (ts.isIdentifier(node) && node.text === "method" && !isProperty) || ts.forEachChild(node, visit) === true;
  };
  const parsed = ts.createSourceFile("placeholder.ts", source, ts.ScriptTarget.Latest, true);
  return ts.forEachChild(parsed, visit) === true;
}
