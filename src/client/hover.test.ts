import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript-6.0";
import { beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const emitted = `${root}testdata/gen/acme/library/v1/library_lro.ts`;
const program = `${root}src/client/hovered.ts`;
const code = `
import { createLibraryServiceClient, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { createLroClient, createOperationsClient, OperationError } from "./index.ts";
const operation = await createLibraryServiceClient({} as never).createBook({});
const book = await operation.wait();
const raw = operation.raw;
const generic = createLroClient(LibraryServiceLro, {} as never);
const started = generic.createBook({});
const operations = createOperationsClient({} as never, { services: [LibraryServiceLro] });
const caught = {} as unknown;
if (caught instanceof OperationError) console.log(caught);
`;

let service: ts.LanguageService;

beforeAll(() => {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [program, emitted],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const text = name === program ? code : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
});

/** The text that an editor shows at a position in a file. */
function hoverAt(path: string, position: number): string {
  const info = service.getQuickInfoAtPosition(path, position);
  const parts = [...(info?.displayParts ?? []), { kind: "text", text: "\n" }, ...(info?.documentation ?? [])];
  return ts.displayPartsToString(parts);
}

/** The text that an editor shows for the first word of a phrase in the program. */
function hover(words: string): string {
  return hoverAt(program, code.indexOf(words));
}

describe("in a program, an editor shows", () => {
  test("the comment on a method from the proto and the types of its operation", () => {
    expect(hover("createBook(")).toContain("Promise<Operation<Book, OperationMetadata>>");
    expect(hover("createBook(")).toContain("Creates a book. Printing it takes a while.");
    expect(hover("createBook(")).not.toContain("GenMessage<");
    expect(hover("operation =")).toContain("const operation: Operation<Book, OperationMetadata>");
    expect(hover("book =")).toContain("const book: Book");
  });

  test("the type RawOperation for a raw operation", () => {
    expect(hover("raw =")).toContain("const raw: RawOperation | undefined");
  });

  test("the same for a client that is created from a method table", () => {
    expect(hover("started =")).toContain("const started: Promise<Operation<Book, OperationMetadata>>");
    expect(hover("generic =")).toContain("const generic: LroClient<LibraryServiceLro>");
  });

  test("the services of an operations client", () => {
    const shown = "const operations: OperationsClient<LibraryServiceLro>";
    expect(hover("operations =")).toContain(shown);
  });

  test("the class of a caught error", () => {
    expect(hover("caught)")).toContain("const caught: OperationError<Message>");
  });
});

describe("in generated code, an editor shows messages instead of the internal types of generators, for", () => {
  const source = ts.createSourceFile(emitted, readFileSync(emitted, "utf8"), ts.ScriptTarget.Latest, true);
  const declared: [string, number][] = [];
  // Only declarations, without the code of functions.
  (function visit(node: ts.Node, path: string): void {
    const { name } = node as { name?: ts.Node };
    const here = name && !ts.isImportSpecifier(node) && !ts.isImportClause(node) ? `${path}.${name.getText()}` : path;
    if (here !== path && name) {
      declared.push([here.slice(1), name.getStart()]);
    }
    ts.forEachChild(node, (child) => {
      const isCode = ts.isBlock(child) || (ts.isExpression(child) && !ts.isIdentifier(child));
      return isCode ? undefined : visit(child, here);
    });
  })(source, "");

  test("all declarations", () => {
    expect(declared.length).toBeGreaterThan(25);
  });

  test.each(declared)("%s", (_, position) => {
    const shown = hoverAt(emitted, position);
    expect(shown.trim()).not.toBe("");
    expect(shown).not.toContain("GenMessage<");
  });

  test.each([
    ["LibraryServiceLro.methods.createBook", "LroMethod<CreateBookRequest, Book, OperationMetadata>"],
    ["LibraryServiceClient.deleteBook", "Empty"],
    ["createLibraryServiceClient.options", "LroClientOptions<LibraryServiceLro> | undefined"],
    ["unpackLibraryService_CreateBook", "(operation: RawOperation): OperationSnapshot<Book, OperationMetadata>"],
    ["LibraryServiceHandlers.createBook", "LroHandler<CreateBookRequest, Book, OperationMetadata>"],
    ["LibraryServiceImpl.createBook", "MaybePromise<OperationInit<Book, OperationMetadata>>"],
  ])("%s: %s", (name, text) => {
    const [, position = -1] = declared.find(([path]) => path === name) ?? [];
    expect(hoverAt(emitted, position)).toContain(text);
  });
});
