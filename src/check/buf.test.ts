import { describe, expect, test } from "vitest";
import { breaking, type Files, type Finding, lint, markedFindings, withoutMessages } from "../../test/buf-workspace.ts";
import { checkProtos, rulesOf } from "../../test/check-protos.ts";
import { library } from "../../test/library-proto.ts";
import { filesOf, readExamples } from "../../test/rule-sections.ts";
import { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";

describe("buf reports the findings in the examples of docs/rules.md", () => {
  test("buf lint", async () => {
    const ids = rulesOf(RuleType.LINT);
    const examples = readExamples(ids);
    const protos = filesOf(examples, "now", ".proto");
    const yamls = filesOf(examples, "now", ".yaml");
    const options = { service_yaml: Object.keys(yamls) };

    const findings = await lint({ protos, others: yamls, options, rules: { use: ids } });

    expect(sorted(findings)).toEqual(sorted(await checkProtos({ protos, yamls, options, rules: ids })));
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(ids));
  });

  test("buf breaking", async () => {
    const ids = rulesOf(RuleType.BREAKING);
    const examples = readExamples(ids);
    const protos = filesOf(examples, "now", ".proto");
    const before = filesOf(examples, "before", ".proto");

    const findings = await breaking(before, { protos });

    expect(findings).toEqual(await checkProtos({ protos, before, rules: ids }));
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(ids));
  });
});

test("buf's own rules report a long-running method that becomes a streaming method", async () => {
  const rpc = (request: string): Files => library(`rpc BindBook(${request}) returns (google.longrunning.Operation);`);

  const findings = await breaking(rpc("Request"), { protos: rpc("stream Request"), rules: { use: ["FILE", "LRO"] } });

  expect(findings.map(({ rule }) => rule)).toEqual(["RPC_SAME_CLIENT_STREAMING"]);
});

describe("you can ignore", () => {
  const plain = "(Request) returns (google.longrunning.Operation);";

  test("a rule with a comment on the rpc", async () => {
    const protos = library(`
      // Prints a book.
      //
      // buf:lint:ignore LRO_TYPES_RESOLVE
      rpc PrintBook(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {
          response_type: "Leaflet"
          metadata_type: "google.protobuf.Empty" // LRO_METADATA_NOT_EMPTY
        };
      }
      // buf:lint:ignore LRO_OPERATION_INFO_PRESENT
      rpc BindBook${plain}`);

    expect(withoutMessages(await lint({ protos }))).toEqual(markedFindings(protos));
  });

  test("a rule with a comment on the service", async () => {
    const protos = library(`rpc BindBook${plain}`, "// buf:lint:ignore LRO_OPERATION_INFO_PRESENT");

    expect(await lint({ protos })).toEqual([]);
  });

  test("a rule with its id under except", async () => {
    const protos = library(`
      rpc BindBook${plain}
      rpc CreateOperation(Request) returns (Book); // LRO_NO_CREATE_OPERATION`);

    expect(withoutMessages(await lint({ protos, rules: { except: ["LRO_OPERATION_INFO_PRESENT"] } }))).toEqual(
      markedFindings(protos),
    );
  });

  test("rules that say should, with the category LRO_MUST", async () => {
    const protos = library(`
      rpc BindBook${plain} // LRO_OPERATION_INFO_PRESENT
      rpc CreateOperation(Request) returns (Book);`);

    expect(withoutMessages(await lint({ protos, rules: { use: ["LRO_MUST"] } }))).toEqual(markedFindings(protos));
  });
});

test("buf reports an unknown option as an error, with the reason", async () => {
  const options = { empty_response_method: "Purge*" };

  await expect(lint({ protos: library(""), options })).rejects.toThrow('unknown option "empty_response_method".');
});

/** Sorts findings on the same line, which buf sorts by column. */
function sorted(findings: readonly Finding[]): Finding[] {
  const key = ({ path, line, rule, message }: Finding): string => JSON.stringify([path, line, rule, message]);
  return findings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
