import { expect, test } from "vitest";
import { checkProtos, rulesOf } from "../../test/check-protos.ts";
import { filesOf, readExamples } from "../../test/rule-sections.ts";
import { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { rules } from "./rules/index.ts";

/** What the rules say of the bad examples in docs/rules.md: what it is about, the cause, and the fix. */
const messages: Readonly<Record<string, string>> = {
  LRO_OPERATION_INFO_PRESENT:
    "rpc PrintBook returns google.longrunning.Operation, but does not say of what. Add option (google.longrunning.operation_info) with a response_type and a metadata_type.",
  LRO_OPERATION_INFO_ON_OPERATION:
    "rpc PrintBook carries operation_info, but returns acme.library.v1.BookResponse. Return google.longrunning.Operation, or remove the option.",
  LRO_TYPES_PRESENT:
    "operation_info of rpc PrintBook lacks metadata_type. Name a message; define an empty one where there is nothing to say yet.",
  LRO_TYPES_RESOLVE:
    'response_type "google.proto.Empty" of rpc DeleteBook is not found. Did you mean "google.protobuf.Empty"?',
  LRO_TYPES_IMPORTED:
    'metadata_type "PrintMetadata" of rpc Print is declared in a file that is not imported. Import "acme/library/v1/metadata.proto".',
  LRO_TYPES_IMPORTED_DIRECTLY:
    'response_type "Copy" of rpc Print is imported only by way of other files. Import "acme/library/v1/copy.proto".',
  LRO_TYPES_QUALIFIED:
    'metadata_type "printing.Progress" of rpc Print is of another package. Write its full name, "acme.library.printing.Progress".',
  LRO_RESPONSE_NOT_STREAMING:
    "rpc PrintBook streams google.longrunning.Operation. Return one, without `stream`: clients ask for its progress.",
  LRO_RESPONSE_NOT_EMPTY:
    "rpc PrintBook can never say more than google.protobuf.Empty. Define an empty PrintBookResponse, which can grow.",
  LRO_METADATA_NOT_EMPTY:
    "rpc PrintBook can never tell of its progress with google.protobuf.Empty. Define an empty PrintBookMetadata, which can grow.",
  LRO_STANDARD_RESPONSE:
    'rpc CreateBook responds with "BookResponse". Create methods respond with acme.library.v1.Book.',
  LRO_OPERATION_NOT_COPIED:
    "message Operation is a copy of google.longrunning.Operation. Return that: clients wait for no other.",
  LRO_NO_OWN_OPERATIONS_SERVICE:
    "rpc GetOperation makes service LibraryService an operations interface of its own. Leave it to google.longrunning.Operations.",
  LRO_NO_CREATE_OPERATION:
    "rpc CreateOperation creates an operation for its own sake. Name the method after what it does, and return google.longrunning.Operation.",
  LRO_OPERATIONS_SERVED:
    "rpc PrintBook returns google.longrunning.Operation, which nobody can ask for again. Add name: google.longrunning.Operations to apis in acme/library/v1/library.yaml.",
  LRO_METHOD_SAME_KIND:
    "rpc PrintBook returned acme.library.v1.BookResponse, and returns google.longrunning.Operation now. Keep what it returns, or add another rpc.",
  LRO_OPERATION_INFO_NOT_ADDED:
    "rpc PrintBook has gained operation_info: generated clients get another type for it. Add another rpc, or release it as a breaking change.",
  LRO_OPERATION_INFO_NOT_REMOVED:
    "rpc PrintBook has lost its operation_info: generated clients no longer know its response. Put it back.",
  LRO_RESPONSE_SAME_TYPE:
    "response_type of rpc PrintBook was acme.library.v1.BookResponse, and is acme.library.v1.Book now. Keep the type, or add another rpc.",
  LRO_METADATA_SAME_TYPE:
    "metadata_type of rpc PrintBook was acme.library.v1.BookMetadata, and is google.protobuf.Empty now. Keep the type, or add another rpc.",
};

test.each([RuleType.LINT, RuleType.BREAKING])("a message names the rpc, what is wrong, and the fix", async (type) => {
  const examples = readExamples(rulesOf(type)).filter(({ kind }) => kind === "bad");
  const yamls = filesOf(examples, "now", ".yaml");

  const findings = await checkProtos({
    protos: filesOf(examples, "now", ".proto"),
    before: filesOf(examples, "before", ".proto"),
    rules: rulesOf(type),
    options: { service_yaml: Object.keys(yamls) },
    yamls,
  });

  const said = findings.map(({ rule, message }) => [rule, message.replace(/\bexample\d+(?=[./])/g, "acme")]);
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(rulesOf(type).map((rule) => [rule, messages[rule]])));
});

test("buf ls-rules tells by one sentence what each rule checks, no two the same", () => {
  const purposes = rules.map(({ purpose }) => purpose);
  expect(purposes.filter((purpose) => !/^Checks that .{20,}\.$/.test(purpose))).toEqual([]);
  expect(new Set(purposes).size).toBe(purposes.length);
});
