import { type Identifier, type ImportSpecifier, Node, type SourceFile, SyntaxKind } from "ts-morph";
import { printName, readDeclarations } from "./declarations.ts";
import type { Placeholders, Printed } from "./placeholders.ts";
import { templateError } from "./template-error.ts";

/** A range of a template's text, and the expression that is printed in its place. */
export interface Replacement extends Printed {
  readonly start: number;
  readonly end: number;
}

/** The names in a template that are not printed literally. */
export interface TemplateNames {
  /** The replacements for these names, in order of position. */
  readonly replacements: readonly Replacement[];
  /** The expressions that import symbols from other modules, by the name of the constant for each symbol. */
  readonly symbols: ReadonlyMap<string, string>;
}

export function readNames(file: SourceFile, placeholders: Placeholders): TemplateNames {
  const symbols = new Map<string, string>();
  const declarations = readDeclarations(file);
  const exported = declarations.map(({ name, start, keywords }) => {
    const { source, subject } = printName(name.getText(), name.getParentOrThrow());
    return { start, end: name.getEnd(), subject, source: `f.export(${JSON.stringify(keywords)}, ${source})` };
  });
  const references = file
    .getDescendantsOfKind(SyntaxKind.Identifier)
    .filter((name) => !declarations.some((declaration) => declaration.name === name))
    .filter((name) => !name.getFirstAncestorByKind(SyntaxKind.ImportDeclaration))
    .filter((name) => !name.getFirstAncestorByKind(SyntaxKind.JSDoc))
    .flatMap((name) => {
      const printed = printReference(name, placeholders, symbols);
      return printed === undefined ? [] : { start: name.getStart(), end: name.getEnd(), ...printed };
    });
  return { replacements: [...exported, ...references].sort((a, b) => a.start - b.start), symbols };
}

/** Resolves a name by its symbol. Member names have no useful symbol, so placeholders among them are resolved by name. */
function printReference(
  name: Identifier,
  placeholders: Placeholders,
  symbols: Map<string, string>,
): Printed | undefined {
  const file = name.getSourceFile();
  const isMember = isMemberName(name);
  if (isMember && placeholders.has(name.getText())) {
    return placeholders.get(name.getText(), file, name.getStart());
  }
  const declaration = name.getSymbol()?.getDeclarations()[0];
  if (declaration === undefined) {
    return undefined;
  }
  if (Node.isImportSpecifier(declaration)) {
    return printImported(name, declaration, placeholders, symbols);
  }
  if (declaration.getSourceFile() === file) {
    return isTopLevel(declaration) ? printName(name.getText(), declaration) : undefined;
  }
  const source = `template.globalName(f, ${JSON.stringify(name.getText())}, service)`;
  return isMember ? undefined : { source, subject: "service" };
}

function printImported(
  name: Identifier,
  specifier: ImportSpecifier,
  placeholders: Placeholders,
  symbols: Map<string, string>,
): Printed {
  const imported = specifier.getName();
  const file = name.getSourceFile();
  const from = specifier.getImportDeclaration();
  const origin = from.getModuleSpecifierSourceFile();
  const typeOnly = name.getFirstAncestor((ancestor) => Node.isTypeNode(ancestor)) !== undefined;
  if (origin === placeholders.file) {
    const { source, subject, isValue } = placeholders.get(imported, file, name.getStart());
    return { source: typeOnly && isValue ? `${source}.toTypeOnly()` : source, subject };
  }
  const [declaration] = name.getSymbol()?.getAliasedSymbol()?.getDeclarations() ?? [];
  if (declaration && origin?.getDirectory() === file.getDirectory()) {
    return printName(imported, declaration);
  }
  const module = from.getModuleSpecifierValue();
  const symbol = `f.import(${JSON.stringify(imported)}, ${JSON.stringify(module)}${typeOnly ? ", true" : ""})`;
  if ((symbols.get(imported) ?? symbol) !== symbol) {
    throw templateError(
      file,
      name.getStart(),
      `${imported} is imported both as a type and as a value: use it as one of them`,
    );
  }
  symbols.set(imported, symbol);
  return { source: imported, subject: "service" };
}

function isTopLevel(declaration: Node): boolean {
  const statement = Node.isVariableDeclaration(declaration) ? declaration.getVariableStatement() : declaration;
  return statement !== undefined && Node.isSourceFile(statement.getParent());
}

function isMemberName(name: Identifier): boolean {
  const parent = name.getParentOrThrow();
  return (Node.isPropertyNamed(parent) || Node.isPropertyAccessExpression(parent)) && parent.getNameNode() === name;
}
