import { fileURLToPath } from "node:url";
import ts from "typescript-6.0";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("an editor shows the proto's comment on a method, and the types of its operation", () => {
  const path = `${root}src/client/hovered.ts`;
  const code = [
    'import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.ts";',
    "const operation = await createLibraryServiceClient({} as never).createBook({});",
    "const book = await operation.wait();",
  ].join("\n");
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [path],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const text = name === path ? code : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  const hover = (word: string): string => {
    const info = service.getQuickInfoAtPosition(path, code.indexOf(word));
    return ts.displayPartsToString([
      ...(info?.displayParts ?? []),
      { kind: "text", text: "\n" },
      ...(info?.documentation ?? []),
    ]);
  };
  expect(hover("createBook(")).toContain("Promise<Operation<Book, OperationMetadata>>");
  expect(hover("createBook(")).toContain("Creates a book. Printing it takes a while.");
  expect(hover("operation =")).toContain("const operation: Operation<Book, OperationMetadata>");
  expect(hover("book =")).toContain("const book: Book");
});
