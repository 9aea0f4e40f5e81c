import { describe, expect, it } from "vitest";
import { didYouMean, nearNames } from "./near-names.ts";

describe("near names", () => {
  it.each([
    ["a letter is missing", "Bok", ["Book"]],
    ["a letter is added", "Boook", ["Book"]],
    ["a letter is wrong", "Bock", ["Book"]],
    ["the case is wrong", "book", ["Book"]],
    ["the scope is wrong", "acme.shelf.Book", ["Book"]],
    ["no name is similar", "Shelf", []],
  ])("are the similar ones: %s", (_, name, near) => {
    expect(nearNames(name, ["Book", "Magazine"])).toEqual(near);
  });

  it("do not include names with only a common prefix", () => {
    expect(nearNames("CreateBookMetadata", ["CreateBookRequest", "CreateBookResponse"])).toEqual([]);
  });

  it("are the three nearest, nearest first, each once", () => {
    const candidates = ["CreateXXBook", "CreateXBook", "CreateBook", "CreateYBook", "CreateBook"];
    expect(nearNames("CreateBook", candidates)).toEqual(["CreateBook", "CreateXBook", "CreateYBook"]);
  });

  it("are in alphabetical order if they are equally similar", () => {
    expect(nearNames("Book", ["XBook", "BookX", "Boak"])).toEqual(["Boak", "BookX", "XBook"]);
    expect(nearNames("Book", ["Cook", "Bock", "Look", "Book2"])).toEqual(["Bock", "Book2", "Cook"]);
  });

  it("differ in at most a quarter of the letters, or in one letter of a short name", () => {
    expect(nearNames("Bo", ["Boo", "Booo"])).toEqual(["Boo"]);
    expect(nearNames("Bookcase", ["Bokcas", "Bokca"])).toEqual(["Bokcas"]);
  });
});

it("the question for a mistyped name contains the near names", () => {
  expect(didYouMean(["Book", "a.Book"])).toBe(' Did you mean "Book" or "a.Book"?');
  expect(didYouMean([])).toBe("");
});
