import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { Project } from "ts-morph";
import { describe, expect, it } from "vitest";
import { compileTemplates } from "./compile-templates.ts";
import { readPlaceholders } from "./placeholders.ts";
import { compilePrinter } from "./printer.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

it("the checked-in printers are up to date with the templates", () => {
  expect(compileTemplates()).toBe(read("src/plugin/templates.gen.ts"));
});

describe("an error in a template", () => {
  it("is reported with file and line if TypeScript finds it", () => {
    const message = messageOf(() =>
      compileTemplates({
        "client.ts": change("client.ts", "createLroClient($ServiceLro", "createLroClent($ServiceLro"),
        "service.ts": change("service.ts", "response: $ResponseSchema", "response: $Service"),
        "unpack.ts": change("unpack.ts", "type $Response,", "type $Respnse,"),
      }),
    );
    expect(stripVTControlCharacters(message).split("\n")).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^templates\/client\.ts:\d+:\d+ - error TS\d+: Cannot find name 'createLroClent'/),
        expect.stringMatching(/^templates\/service\.ts:\d+:\d+ - error TS\d+: Type '.*' is not assignable to type/),
        expect.stringMatching(/^templates\/unpack\.ts:\d+:\d+ - error TS\d+: .* no exported member named '\$Respnse'/),
      ]),
    );
  });

  // cspell:ignore eahc sevice
  it.each([
    ["an unknown directive", "/**\n * @eahc\n */\nexport const $ServiceX = 1;\n", "2:4: unknown directive @eahc"],
    [
      "an unknown placeholder in a comment",
      "/** Of {@link $sevice}. */\nexport const $ServiceX = 1;\n",
      "1:8: unknown placeholder $sevice: export it from templates/placeholders.ts",
    ],
    [
      "a placeholder of a method in the comment of a service",
      "/** Of {@link $rpc}. */\nexport const $ServiceX = 1;\n",
      "1:8: $rpc depends on a method: use it only below an @each",
    ],
    [
      "a placeholder of a method in the code of a service",
      "/** X. */\nexport const $ServiceX = {\n  $method: 1,\n};\n",
      "3:3: $method depends on a method",
    ],
    [
      "a declaration without a comment",
      "/** X. */\nexport const $ServiceX = 1;\nexport const $ServiceY = 1;\n",
      "3:1: declaration without a doc comment: add one",
    ],
    [
      "a declaration that is not exported",
      "/** X. */\nconst $ServiceX = 1;\n",
      "2:1: unsupported statement: a template can contain only exported functions, interfaces, and constants",
    ],
    ["a declaration of another kind", "/** X. */\nexport class $ServiceX {}\n", "2:1: unsupported statement"],
  ])("is reported with file and line: %s", (_, text, message) => {
    const project = new Project({ useInMemoryFileSystem: true });
    const placeholders = readPlaceholders(
      project.createSourceFile("/placeholders.ts", read("templates/placeholders.ts")),
    );
    const file = project.createSourceFile("/library.ts", text);
    expect(messageOf(() => compilePrinter(file, placeholders))).toContain(`templates/library.ts:${message}`);
  });

  function change(name: string, from: string, to: string): string {
    const text = read(`templates/${name}`);
    expect(text).toContain(from);
    return text.replace(from, () => to);
  }

  function messageOf(run: () => unknown): string {
    try {
      run();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("nothing was thrown");
  }
});
