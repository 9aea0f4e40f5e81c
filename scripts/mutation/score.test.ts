import { expect, test } from "vitest";
import { describeChange } from "./change.ts";
import type { Mutant } from "./mutants.ts";
import { scoreOf } from "./score.ts";

const source = "let i = 0;\nif (i < 1) {\n  stop();\n}\n";

test("a change is described by its first line, before and after", () => {
  const sign = { start: { line: 2, column: 7 }, end: { line: 2, column: 8 } };
  expect(describeChange(source, sign, "<=")).toEqual({ line: 2, before: "if (i < 1) {", after: "if (i <= 1) {" });

  const block = { start: { line: 2, column: 12 }, end: { line: 4, column: 2 } };
  expect(describeChange(source, block, "{}")).toEqual({ line: 2, before: "if (i < 1) {", after: "if (i < 1) {}" });
});

test("a score is the percentage of killed mutants, without those listed as equivalent", () => {
  const equivalent = { file: "a.ts", before: "a || b", after: "a ?? b", reason: "Neither is ever null." };
  const survivor = mutant("survived", "a < b", "a <= b");

  const score = scoreOf(
    [mutant("killed", "a", "b"), mutant("killed", "c", "d"), mutant("not covered", "a || b", "a ?? b"), survivor],
    [equivalent],
  );

  expect(score).toEqual({ killed: 2, mutants: 3, percent: 200 / 3, leftOut: 0, survivors: [survivor], stale: [] });
});

test("an entry for an equivalent mutant is stale if the mutant does not exist or is killed", () => {
  const equivalent = { file: "a.ts", before: "a", after: "b", reason: "None." };

  expect(scoreOf([mutant("killed", "a", "b")], [equivalent]).stale).toEqual([equivalent]);
  expect(scoreOf([mutant("survived", "a", "c")], [equivalent]).stale).toEqual([equivalent]);
});

test("ignored mutants do not count, and their entries are not stale", () => {
  const equivalent = { file: "a.ts", before: "a", after: "b", reason: "None." };

  const score = scoreOf(
    [mutant("killed", "c", "d"), mutant("left out", "a", "b"), mutant("left out", "e", "f")],
    [equivalent],
  );

  expect(score).toEqual({ killed: 1, mutants: 1, percent: 100, leftOut: 2, survivors: [], stale: [] });
});

test("the score of a folder without mutants is 100", () => {
  expect(scoreOf([], []).percent).toBe(100);
});

function mutant(status: Mutant["status"], before: string, after: string): Mutant {
  return { file: "a.ts", line: 1, before, after, status };
}
