import { describe, expect, test } from "vitest";
import { checkProtos, rulesOf } from "../../test/check-protos.ts";
import { filesOf, readExamples, readSections } from "../../test/rule-sections.ts";
import { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { rules } from "./rules/index.ts";

/** Most examples break these, too. */
const hints = rules.filter(({ isHint }) => isHint).map(({ id }) => id);

test("docs/rules.md has a section for each rule, in order", () => {
  expect(readSections().map(({ rule, must }) => ({ rule, must }))).toEqual(
    rules.map(({ id, must }) => ({ rule: id, must })),
  );
});

describe.each([
  { kind: "lint", type: RuleType.LINT },
  { kind: "breaking", type: RuleType.BREAKING },
])("the examples of $kind rules in docs/rules.md", ({ type }) => {
  const examples = readExamples(rulesOf(type));
  const yamls = filesOf(examples, "now", ".yaml");
  const workspace = {
    protos: filesOf(examples, "now", ".proto"),
    before: filesOf(examples, "before", ".proto"),
    rules: rulesOf(type),
    options: { service_yaml: Object.keys(yamls) },
    yamls,
  };

  test.each(examples)("$kind: $rule", async ({ rule, folder, breaks }) => {
    const findings = await checkProtos(workspace);
    const found = findings
      .filter(({ path, message }) => (path || message).startsWith(`${folder}/`))
      .filter((finding) => finding.rule === rule || !hints.includes(finding.rule));
    expect(found.map(({ rule }) => rule)).toEqual(breaks);
  });
});
