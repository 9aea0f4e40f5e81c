import { Node, type SourceFile, ts } from "ts-morph";
import { tagTextOf } from "./doc-comment.ts";
import { templateError } from "./template-error.ts";

/** Whether a part of a template is printed once per service or once per method. */
export type Subject = "service" | "method";

/** The replacement for a name. */
export interface Printed {
  /** The source of the expression that prints it. */
  readonly source: string;
  /** Whether the expression depends on a method or only on the service. */
  readonly subject: Subject;
}

/** A placeholder of templates/placeholders.ts. */
export interface Placeholder extends Printed {
  /** Whether it is a value rather than a type. */
  readonly isValue: boolean;
}

/** The placeholders of templates/placeholders.ts. */
export interface Placeholders {
  readonly file: SourceFile;
  /** @throws Error with the position of the name if it is not a placeholder. */
  get(name: string, file: SourceFile, position: number): Placeholder;
  has(name: string): boolean;
}

/** Reads the placeholders that templates/placeholders.ts exports. */
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
        throw templateError(
          template,
          position,
          `unknown placeholder ${name}: export it from templates/placeholders.ts`,
        );
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
    throw templateError(
      declaration.getSourceFile(),
      declaration.getStart(),
      "placeholder without @prints: add the tag",
    );
  }
  return { source, isValue, subject: usesMethod(source) ? "method" : "service" };
}

function usesMethod(source: string): boolean {
  const visit = (node: ts.Node): boolean => {
    const isProperty = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
    return (ts.isIdentifier(node) && node.text === "method" && !isProperty) || ts.forEachChild(node, visit) === true;
  };
  const parsed = ts.createSourceFile("placeholder.ts", source, ts.ScriptTarget.Latest, true);
  return ts.forEachChild(parsed, visit) === true;
}
