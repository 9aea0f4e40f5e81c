import { beforeAll, describe, expect, test } from "vitest";
import { breaking, type Files, type Finding, lint } from "../../test/buf-workspace.ts";
import { readSections } from "../../test/rule-sections.ts";
import { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { rules } from "./rules/index.ts";

const sections = readSections();

test("docs/rules.md has a section for each rule, in order", () => {
  expect(sections.map(({ rule, must }) => ({ rule, must }))).toEqual(rules.map(({ id, must }) => ({ rule: id, must })));
});

describe.each([
  { type: RuleType.LINT, kind: "lint" },
  { type: RuleType.BREAKING, kind: "breaking" },
])("the examples of $kind rules", ({ type }) => {
  const examples = sections
    .filter((_, index) => rules[index]?.type === type)
    .flatMap(({ rule, before, bad, good }) => [
      { rule, before, now: bad, kind: "bad", finds: [rule] },
      { rule, before, now: good, kind: "good", finds: [] },
    ]);
  let findings: Finding[];

  beforeAll(async () => {
    const files = (version: "before" | "now", extension: string): Files =>
      Object.assign({}, ...examples.map((example, index) => moveTo(`example${index}`, example[version], extension)));
    const yamls = files("now", ".yaml");
    const protos = files("now", ".proto");
    findings = await (type === RuleType.LINT
      ? lint({ protos, others: yamls, options: { service_yaml: Object.keys(yamls) } })
      : breaking(files("before", ".proto"), { protos }));
  });

  test.each(examples.map(({ kind, rule, finds }, index) => [kind, rule, finds, index] as const))(
    "%s: %s",
    (_, __, finds, index) => {
      const found = findings.filter(({ path }) => path.startsWith(`example${index}/`));
      expect(found.map(({ rule }) => rule)).toEqual(finds);
    },
  );
});

/** Puts files into a package of their own, so that all examples can be in one workspace. */
function moveTo(name: string, files: Files, extension: string): Files {
  return Object.fromEntries(
    Object.entries(files)
      .filter(([path]) => path.endsWith(extension))
      .map(([path, content]) => [path.replaceAll("acme", name), content.replaceAll("acme", name)]),
  );
}
