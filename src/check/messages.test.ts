import { expect, test } from "vitest";
import { checkProtos, rulesOf } from "../../test/check-protos.ts";
import { filesOf, readExamples } from "../../test/rule-sections.ts";
import { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { rules } from "./rules/index.ts";

/** The messages for the bad examples in docs/rules.md: the subject, the cause, and the fix. */
const messages: Readonly<Record<string, string>> = {
  LRO_OPERATION_INFO_PRESENT:
    "rpc PrintBook returns google.longrunning.Operation, but has no operation_info. Add option (google.longrunning.operation_info) with a response_type and a metadata_type.",
  LRO_OPERATION_INFO_ON_OPERATION:
    "rpc PrintBook has operation_info, but returns acme.library.v1.BookResponse. Return google.longrunning.Operation, or remove the option.",
  LRO_TYPES_PRESENT:
    "operation_info of rpc PrintBook has no metadata_type. Set it to a message type; define an empty message if it needs no fields yet.",
  LRO_TYPES_RESOLVE:
    'response_type "google.proto.Empty" of rpc DeleteBook not found. Did you mean "google.protobuf.Empty"?',
  LRO_TYPES_IMPORTED:
    'metadata_type "PrintMetadata" of rpc Print is declared in a file that is not imported. Import "acme/library/v1/metadata.proto".',
  LRO_TYPES_IMPORTED_DIRECTLY:
    'response_type "Copy" of rpc Print is imported only indirectly. Import "acme/library/v1/copy.proto".',
  LRO_TYPES_QUALIFIED:
    'metadata_type "printing.Progress" of rpc Print is declared in another package. Use its full name, "acme.library.printing.Progress".',
  LRO_REQUEST_NOT_STREAMING:
    "rpc PrintBook takes a stream of requests. Remove `stream`: one request starts an operation.",
  LRO_NAMES_DISTINCT: "rpc printBook maps to printBook in TypeScript, as does rpc PrintBook. Rename one of them.",
  LRO_RESPONSE_SPECIFIC:
    "rpc PrintBook has the response type google.longrunning.Operation, which does not describe its result. Define a message for the result.",
  LRO_METADATA_CREATE_TIME:
    "metadata PrintMetadata of rpc Print does not contain the time at which the operation was created. Add google.protobuf.Timestamp create_time.",
  LRO_TYPES_DISTINCT:
    "rpc PrintBook has the type Book for both response and metadata. Define a message for the metadata, such as PrintBookMetadata.",
  LRO_REQUEST_ID_ANNOTATED:
    "request_id of rpc Print has no format. Add [(google.api.field_info).format = UUID4], so that clients fill it in.",
  LRO_SERVICE_YAML_VALID:
    "acme/library/v1/library.yaml:9:39: max_poll_delay is 5m, but must be a positive number of seconds followed by s. Write, for example, max_poll_delay: 60s.",
  LRO_RESPONSE_NOT_STREAMING:
    "rpc PrintBook streams google.longrunning.Operation. Remove `stream`: clients poll a single operation.",
  LRO_RESPONSE_NOT_EMPTY:
    "rpc PrintBook returns google.protobuf.Empty, which cannot gain fields. Define an empty PrintBookResponse instead.",
  LRO_METADATA_NOT_EMPTY:
    "rpc PrintBook has the metadata type google.protobuf.Empty, which cannot gain fields. Define an empty PrintBookMetadata instead.",
  LRO_STANDARD_RESPONSE:
    'rpc CreateBook has the response type "BookResponse". Use acme.library.v1.Book for Create methods.',
  LRO_OPERATION_NOT_COPIED:
    "message Operation is a copy of google.longrunning.Operation. Use google.longrunning.Operation; clients don't recognize a copy.",
  LRO_NO_OWN_OPERATIONS_SERVICE:
    "rpc GetOperation of service LibraryService duplicates google.longrunning.Operations. Remove it, and serve google.longrunning.Operations.",
  LRO_NO_CREATE_OPERATION:
    "rpc CreateOperation is named after the operation that it creates. Name it after the work that it does, such as PrintBook.",
  LRO_OPERATIONS_SERVED:
    "rpc PrintBook returns google.longrunning.Operation, but no service lets clients get it. Add name: google.longrunning.Operations to apis in acme/library/v1/library.yaml.",
  LRO_METHOD_SAME_KIND:
    "rpc PrintBook changed its return type from acme.library.v1.BookResponse to google.longrunning.Operation. Keep the old type, or add a new rpc.",
  LRO_OPERATION_INFO_NOT_ADDED:
    "rpc PrintBook now has operation_info, which changes its return type in generated clients. Add a new rpc, or release this as a breaking change.",
  LRO_OPERATION_INFO_NOT_REMOVED:
    "rpc PrintBook no longer has operation_info, so generated clients lose its response type. Restore the option.",
  LRO_RESPONSE_SAME_TYPE:
    "response_type of rpc PrintBook changed from acme.library.v1.BookResponse to acme.library.v1.Book. Keep the old type, or add a new rpc.",
  LRO_METADATA_SAME_TYPE:
    "metadata_type of rpc PrintBook changed from acme.library.v1.BookMetadata to google.protobuf.Empty. Keep the old type, or add a new rpc.",
};

test.each([RuleType.LINT, RuleType.BREAKING])("a message contains the rpc, the problem and the fix", async (type) => {
  const examples = readExamples(rulesOf(type)).filter(({ kind }) => kind === "bad");
  const yamls = filesOf(examples, "now", ".yaml");

  const findings = await checkProtos({
    protos: filesOf(examples, "now", ".proto"),
    before: filesOf(examples, "before", ".proto"),
    rules: rulesOf(type),
    options: { service_yaml: Object.keys(yamls) },
    yamls,
  });

  const reported = findings
    .filter(({ path, message, rule }) =>
      examples.some((one) => one.rule === rule && (path || message).startsWith(`${one.folder}/`)),
    )
    .map(({ rule, message }) => [rule, message.replace(/\bexample\d+(?=[./])/g, "acme")]);
  expect(Object.fromEntries(reported)).toEqual(Object.fromEntries(rulesOf(type).map((rule) => [rule, messages[rule]])));
});

test("buf ls-rules describes each rule in one sentence, and no two are the same", () => {
  const purposes = rules.map(({ purpose }) => purpose);
  expect(purposes.filter((purpose) => !/^Checks that .{20,}\.$/.test(purpose))).toEqual([]);
  expect(new Set(purposes).size).toBe(purposes.length);
});
