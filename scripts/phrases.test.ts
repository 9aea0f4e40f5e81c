import { expect, test } from "vitest";
import { findPhrases } from "./phrases.ts";

test("a forbidden phrase is found with its line and the reason", () => {
  expect(findPhrases("One.\nCall it at once.")).toEqual([
    '2: at once: ambiguous: write "immediately" or "concurrently"',
  ]);
});

test("a forbidden phrase is found across the lines of a comment", () => {
  expect(findPhrases("/**\n * It starts at\n * once.\n */")).toEqual([expect.stringMatching(/^2: at once: /)]);
  expect(findPhrases("// It starts at\n// once.")).toEqual([expect.stringMatching(/^1: at once: /)]);
});

test.each([
  ['throw new Error("there is no book");', 1],
  ["throw new Error(`there is no book`);", 1],
  ["// If there is no book, it fails.", 0],
])("an error must begin with the problem: %s", (code, count) => {
  expect(findPhrases(code)).toHaveLength(count);
});

test.each([
  ["It stops also.", 1],
  ["It also stops.", 0],
  ["Nothing else.", 1],
  ["Use something else.", 0],
])("a phrase can be forbidden only before punctuation: %s", (text, count) => {
  expect(findPhrases(text)).toHaveLength(count);
});

test("a phrase inside a longer word is allowed", () => {
  expect(findPhrases("that oncet, besieged, flat once")).toEqual([]);
});
