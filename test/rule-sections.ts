/*
 * Reads the examples in docs/rules.md.
 */
import { readFileSync } from "node:fs";
import type { Files } from "./buf-workspace.ts";

/** A section of docs/rules.md, which describes a rule. */
export interface Section {
  readonly rule: string;
  /** True if the rule says "must", false if it says "should". */
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
      const examples = (label: string): Files => readExample(body, label);
      const bad = examples("Bad");
      // Files that a good example omits are the same as in the bad example.
      return {
        rule,
        must: body.startsWith("\nMust. "),
        before: examples("Before"),
        bad,
        good: { ...bad, ...examples("Good") },
      };
    });
}

/** An example of a rule. */
export interface Example {
  readonly rule: string;
  readonly kind: "bad" | "good";
  /** The rules that it breaks. */
  readonly breaks: readonly string[];
  /** The folder that its files are in. */
  readonly folder: string;
  readonly before: Files;
  readonly now: Files;
}

/** Returns the examples of rules, each in a folder and packages of its own, so that all can be in one workspace. */
export function readExamples(rules: readonly string[]): Example[] {
  const examples = readSections()
    .filter(({ rule }) => rules.includes(rule))
    .flatMap(({ rule, before, bad, good }) => [
      { rule, kind: "bad" as const, breaks: [rule], before, now: bad },
      { rule, kind: "good" as const, breaks: [], before, now: good },
    ]);
  return examples.map((example, index) => {
    const folder = `example${index}`;
    const move = (files: Files): Files =>
      Object.fromEntries(Object.entries(files).map((file) => file.map((text) => text.replaceAll("acme", folder))));
    return { ...example, folder, before: move(example.before), now: move(example.now) };
  });
}

/** Returns the files of one kind, ".proto" or ".yaml", of all examples. */
export function filesOf(examples: readonly Example[], version: "before" | "now", extension: string): Files {
  const files = examples.flatMap((example) => Object.entries(example[version]));
  return Object.fromEntries(files.filter(([path]) => path.endsWith(extension)));
}

/** Returns the numbers of the first column of findings in the table, by rule. */
export function readCounts(): Map<string, number> {
  const rows = text.matchAll(/^\| (LRO_\w+) \| (\d+) \|/gm);
  return new Map(Array.from(rows, ([, rule = "", count]) => [rule, Number(count)]));
}

function readExample(body: string, label: string): Files {
  const [, , part = ""] = new RegExp(`(^|\n)${label}:\n([\\s\\S]*?)(?=\n(Bad|Good):|\n## |$)`).exec(body) ?? [];
  return Object.assign({}, ...Array.from(part.matchAll(fence), ([, example = ""]) => splitFiles(example)));
}

// A comment that consists of a path starts a file.
const fileStart = /^(?=(?:\/\/|#) \S+\.(?:proto|yaml)$)/m;

/** Splits an example into files. A part without a path belongs in the frame file. */
function splitFiles(example: string): Files {
  const files = example
    .split(fileStart)
    .map((part) => (fileStart.test(part.split("\n", 1)[0] ?? "") ? part : inFrame(part)));
  return Object.fromEntries(files.map((file) => [file.slice(file.indexOf(" ") + 1, file.indexOf("\n")), file]));
}

function inFrame(part: string): string {
  return part.startsWith("message ") ? frame + part : frame.replace("{}", () => `{\n${part}}`);
}
