/*
 * Reads the examples in docs/rules.md.
 */
import { readFileSync } from "node:fs";
import type { Files } from "./buf-workspace.ts";

/** A section of docs/rules.md, which describes a rule. */
export interface Section {
  readonly rule: string;
  /** Whether the section starts with "Must", not "Should". */
  readonly must: boolean;
  readonly before: Files;
  readonly bad: Files;
  readonly good: Files;
}

const text = readFileSync(new URL("../docs/rules.md", import.meta.url), "utf8");
const fence = /^```(?:proto|yaml)\n([\s\S]*?)^```$/gm;
const [, frame = ""] = /^```proto\n([\s\S]*?)^```$/m.exec(text) ?? [];

/** Returns the sections of docs/rules.md in order. */
export function readSections(): Section[] {
  return text
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [rule = "", ...lines] = section.split("\n");
      const body = lines.join("\n");
      const examples = (label: string): Files => readExamples(body, label);
      const bad = examples("Bad");
      // Files that the good example omits are the same as in the bad one.
      return {
        rule,
        must: body.startsWith("\nMust. "),
        before: examples("Before"),
        bad,
        good: { ...bad, ...examples("Good") },
      };
    });
}

/** Returns the number of findings in the first column of the table, by rule. */
export function readCounts(): Map<string, number> {
  const rows = text.matchAll(/^\| (LRO_\w+) \| (\d+) \|/gm);
  return new Map(Array.from(rows, ([, rule = "", count]) => [rule, Number(count)]));
}

function readExamples(body: string, label: string): Files {
  const [, , part = ""] = new RegExp(`(^|\n)${label}:\n([\\s\\S]*?)(?=\n(Bad|Good):|\n## |$)`).exec(body) ?? [];
  return Object.assign({}, ...Array.from(part.matchAll(fence), ([, example = ""]) => splitFiles(example)));
}

// A comment that consists of a path starts a file.
const fileStart = /^(?=(?:\/\/|#) \S+\.(?:proto|yaml)$)/m;

/** Splits an example into files. A part without a path is inserted into the frame, the first example of the page. */
function splitFiles(example: string): Files {
  const files = example
    .split(fileStart)
    .map((part) => (fileStart.test(part.split("\n", 1)[0] ?? "") ? part : inFrame(part)));
  return Object.fromEntries(files.map((file) => [file.slice(file.indexOf(" ") + 1, file.indexOf("\n")), file]));
}

function inFrame(part: string): string {
  return part.startsWith("message ") ? frame + part : frame.replace("{}", () => `{\n${part}}`);
}
