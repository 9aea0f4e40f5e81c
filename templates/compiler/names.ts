import { type Identifier, type ImportSpecifier, Node, type SourceFile, SyntaxKind } from "ts-morph";

/** A part of a template's text, and the source of the expression that a printer prints in its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly source: string;
}

/** What the names of templates/placeholders.ts print. */
const placeholders: Record<string, (typeOnly: boolean) => string> = {
  $Service: descriptor("service.desc"),
  $MethodNames: () => 'service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")',
  $Request: shape("method.desc.input"),
  $RequestSchema: descriptor("method.desc.input"),
  $Response: shape("method.response"),
  $ResponseSchema: descriptor("method.response"),
  $Metadata: shape("method.metadata"),
  $MetadataSchema: descriptor("method.metadata"),
  $polling: () => "printPolling(method)",
};

function descriptor(desc: string): (typeOnly: boolean) => string {
  return (typeOnly) => `f.importSchema(${desc}${typeOnly ? ", true" : ""})`;
}

function shape(desc: string): () => string {
  return () => `f.importShape(${desc})`;
}

/** Returns an error that names the place in a template. */
export function templateError(file: SourceFile, position: number, message: string): Error {
  const { line, column } = file.getLineAndColumnAtPos(position);
  return new Error(`templates/${file.getBaseName()}:${line}:${column}: ${message}`);
}

/** The names of a template that are not printed as they stand. */
export interface TemplateNames {
  /** What is printed in their place, in order. */
  readonly replacements: Replacement[];
  /** The sources of the symbols that are imported from other modules, by the name of the constant that holds each. */
  readonly symbols: ReadonlyMap<string, string>;
}

export function readNames(file: SourceFile): TemplateNames {
  const symbols = new Map<string, string>();
  const exports = file
    .getStatements()
    .filter((statement) => !Node.isImportDeclaration(statement))
    .flatMap((statement) => exportedNames(statement));
  const exported = exports.map((name) => ({
    // From the export keyword on: how a declaration is exported is protoplugin's to print.
    start: exportKeyword(name).getStart(),
    end: name.getEnd(),
    source: `f.export(${JSON.stringify(declarationKeywords(name))}, ${nameOf(name.getText())})`,
  }));
  const references = file
    .getDescendantsOfKind(SyntaxKind.Identifier)
    .filter((name) => !exports.includes(name) && !name.getFirstAncestorByKind(SyntaxKind.ImportDeclaration))
    .flatMap((name) => {
      const source = referenceSource(name, symbols);
      return source === undefined ? [] : { start: name.getStart(), end: name.getEnd(), source };
    });
  return { replacements: [...exported, ...references].sort((a, b) => a.start - b.start), symbols };
}

const notATemplate = "a template holds functions, interfaces and constants, and exports them all";

function exportedNames(statement: Node): Identifier[] {
  if (Node.isVariableStatement(statement)) {
    return statement.getDeclarations().map((declaration) => declaration.getNameNode() as Identifier);
  }
  if (Node.isFunctionDeclaration(statement) || Node.isInterfaceDeclaration(statement)) {
    return [statement.getNameNode() as Identifier];
  }
  // What TypeScript adds to a module that exports nothing.
  if (Node.isExportDeclaration(statement) && !statement.hasNamedExports()) {
    return [];
  }
  throw templateError(statement.getSourceFile(), statement.getStart(), notATemplate);
}

function exportKeyword(name: Identifier): Node {
  const statement = name.getFirstAncestorOrThrow((ancestor) => Node.isStatement(ancestor));
  const keyword = statement.getFirstDescendantByKind(SyntaxKind.ExportKeyword);
  if (keyword === undefined) {
    throw templateError(name.getSourceFile(), statement.getStart(), notATemplate);
  }
  return keyword;
}

function declarationKeywords(name: Identifier): string {
  const text = name.getSourceFile().getFullText();
  return text.slice(exportKeyword(name).getEnd(), name.getStart()).trim();
}

function nameOf(declaration: string): string {
  const subject = declaration.includes("$Method") ? "method" : "service";
  return `${subject}.nameOf(${JSON.stringify(declaration)})`;
}

/** Decides by the name's symbol, never by its text. */
function referenceSource(name: Identifier, symbols: Map<string, string>): string | undefined {
  if (name.getText() === "$method" && isMemberName(name)) {
    return "method.desc.localName";
  }
  const symbol = name.getSymbol();
  const declaration = symbol?.getDeclarations()[0];
  if (symbol === undefined || declaration === undefined) {
    return undefined;
  }
  if (Node.isImportSpecifier(declaration)) {
    return importedSource(name, declaration, symbols);
  }
  const origin = declaration.getSourceFile();
  if (origin === name.getSourceFile()) {
    return declaration.getParentOrThrow() === origin ? nameOf(name.getText()) : undefined;
  }
  return isMemberName(name) ? undefined : `globalName(f, ${JSON.stringify(name.getText())}, service)`;
}

function importedSource(name: Identifier, specifier: ImportSpecifier, symbols: Map<string, string>): string {
  const imported = specifier.getName();
  const module = specifier.getImportDeclaration().getModuleSpecifierValue();
  const typeOnly = name.getFirstAncestor((ancestor) => Node.isTypeNode(ancestor)) !== undefined;
  if (module === "./placeholders.js") {
    const placeholder = placeholders[imported];
    if (placeholder === undefined) {
      throw templateError(
        name.getSourceFile(),
        name.getStart(),
        `nothing says what the placeholder ${imported} prints`,
      );
    }
    return placeholder(typeOnly);
  }
  if (module.startsWith("./")) {
    return nameOf(imported);
  }
  const symbol = `f.import(${JSON.stringify(imported)}, ${JSON.stringify(module)}${typeOnly ? ", true" : ""})`;
  if ((symbols.get(imported) ?? symbol) !== symbol) {
    throw templateError(name.getSourceFile(), name.getStart(), `${imported} is used as a type and as a value`);
  }
  symbols.set(imported, symbol);
  return imported;
}

function isMemberName(name: Identifier): boolean {
  const parent = name.getParentOrThrow();
  return (Node.isPropertyNamed(parent) || Node.isPropertyAccessExpression(parent)) && parent.getNameNode() === name;
}
