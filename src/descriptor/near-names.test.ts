import { describe, expect, it } from "vitest";
import { didYouMean, nearNames } from "./near-names.ts";

describe("near names", () => {
  it.each([
    ["a letter is missing", "Bok", ["Book"]],
    ["a letter is too much", "Boook", ["Book"]],
    ["a letter is wrong", "Bock", ["Book"]],
    ["the case is wrong", "book", ["Book"]],
    ["the scope is wrong", "acme.shelf.Book", ["Book"]],
    ["nothing is near", "Shelf", []],
  ])("are those that may be meant where %s", (_, name, near) => {
    expect(nearNames(name, ["Book", "Magazine"])).toEqual(near);
  });

  it("do not share just a prefix", () => {
    expect(nearNames("CreateBookMetadata", ["CreateBookRequest", "CreateBookResponse"])).toEqual([]);
  });

  it("are the three nearest, nearest first, each once", () => {
    const candidates = ["CreateXXBook", "CreateXBook", "CreateBook", "CreateYBook", "CreateBook"];
    expect(nearNames("CreateBook", candidates)).toEqual(["CreateBook", "CreateXBook", "CreateYBook"]);
  });

  it("are in the order of the alphabet where they are as near", () => {
    expect(nearNames("Book", ["XBook", "BookX", "Boak"])).toEqual(["Boak", "BookX", "XBook"]);
    expect(nearNames("Book", ["Cook", "Bock", "Look", "Book2"])).toEqual(["Bock", "Book2", "Cook"]);
  });

  it("differ in a quarter of the letters at most, and in one of a short name", () => {
    expect(nearNames("Bo", ["Boo", "Booo"])).toEqual(["Boo"]);
    expect(nearNames("Bookcase", ["Bokcas", "Bokca"])).toEqual(["Bokcas"]);
  });
});

it("asks whether one of them is meant", () => {
  expect(didYouMean(["Book", "a.Book"])).toBe(' Did you mean "Book" or "a.Book"?');
  expect(didYouMean([])).toBe("");
});
