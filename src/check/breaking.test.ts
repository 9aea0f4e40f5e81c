import { describe, expect, test } from "vitest";
import type { Files } from "../../test/buf-workspace.ts";
import { checkProtos, rulesOf } from "../../test/check-protos.ts";
import { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";

const breakingRules = rulesOf(RuleType.BREAKING);

/** A service before and after a change, and the rules that the change breaks. */
interface Pair {
  readonly change: string;
  readonly before: string;
  readonly now: string;
  readonly breaks: readonly string[];
}

const responseChanged = ["LRO_RESPONSE_SAME_TYPE"];
const metadataChanged = ["LRO_METADATA_SAME_TYPE"];
const kindChanged = ["LRO_METHOD_SAME_KIND"];

const operation = "returns (google.longrunning.Operation)";
const get = "rpc Get(Request) returns (Book);";
const plain = `rpc Do(Request) ${operation};`;
const direct = "rpc Do(Request) returns (Book);";
const annotated = does("Book", "Progress");

// PKG stands for the package of the pair.
const pairs: readonly Pair[] = [
  { change: "nothing", before: annotated, now: annotated, breaks: [] },
  { change: "a comment", before: annotated, now: `// Does it.\n${annotated}`, breaks: [] },
  { change: "the order of methods", before: `${get}${annotated}`, now: `${annotated}${get}`, breaks: [] },
  { change: "a short response to its full name", before: annotated, now: does("PKG.v1.Book", "Progress"), breaks: [] },
  { change: "a full response to its short name", before: does("PKG.v1.Book", "Progress"), now: annotated, breaks: [] },
  { change: "short metadata to its full name", before: annotated, now: does("Book", "PKG.v1.Progress"), breaks: [] },
  { change: "a short name to a relative one", before: annotated, now: does("v1.Book", "Progress"), breaks: [] },
  {
    change: "a full name to one with a leading dot",
    before: annotated,
    now: does(".PKG.v1.Book", "Progress"),
    breaks: [],
  },
  { change: "both to their full names", before: annotated, now: does("PKG.v1.Book", "PKG.v1.Progress"), breaks: [] },
  {
    change: "Empty to the same with a leading dot",
    before: does("google.protobuf.Empty", "Progress"),
    now: does(".google.protobuf.Empty", "Progress"),
    breaks: [],
  },
  { change: "one option to one for each field", before: annotated, now: doesInParts("Book", "Progress"), breaks: [] },
  { change: "the file of the response", before: does("Moved", "Progress"), now: does("Moved", "Progress"), breaks: [] },
  {
    change: "a nested name to its full name",
    before: does("Book.Page", "Progress"),
    now: does("PKG.v1.Book.Page", "Progress"),
    breaks: [],
  },
  { change: "the name of the request", before: annotated, now: annotated.replace("(Request)", "(Book)"), breaks: [] },
  { change: "a new method", before: get, now: `${get}${annotated}`, breaks: [] },
  { change: "no method", before: annotated, now: "", breaks: [] },
  { change: "a response that was not found, corrected", before: does("Boook", "Progress"), now: annotated, breaks: [] },
  { change: "missing metadata, added", before: does("Book", ""), now: annotated, breaks: [] },

  { change: "the response", before: annotated, now: does("Leaflet", "Progress"), breaks: responseChanged },
  { change: "the metadata", before: annotated, now: does("Book", "Leaflet"), breaks: metadataChanged },
  {
    change: "both",
    before: annotated,
    now: does("Leaflet", "Leaflet"),
    breaks: [...responseChanged, ...metadataChanged],
  },
  {
    change: "response for metadata",
    before: annotated,
    now: does("Progress", "Book"),
    breaks: [...responseChanged, ...metadataChanged],
  },
  {
    change: "the response to Empty",
    before: annotated,
    now: does("google.protobuf.Empty", "Progress"),
    breaks: responseChanged,
  },
  {
    change: "the response to that of the next version",
    before: annotated,
    now: does("PKG.v2.Book", "Progress"),
    breaks: responseChanged,
  },
  {
    change: "the response to one that is nested in it",
    before: annotated,
    now: does("Book.Page", "Progress"),
    breaks: responseChanged,
  },
  {
    change: "the response to a type that is not found",
    before: annotated,
    now: does("Boook", "Progress"),
    breaks: responseChanged,
  },
  {
    change: "the response to an enum of the same name",
    before: does("Changed", "Progress"),
    now: does("Changed", "Progress"),
    breaks: responseChanged,
  },
  { change: "the metadata to none", before: annotated, now: does("Book", ""), breaks: metadataChanged },
  {
    change: "the meaning of a short name",
    before: does("Shadow", "Progress"),
    now: does("Shadow", "Progress"),
    breaks: responseChanged,
  },
  { change: "operation_info, added", before: plain, now: annotated, breaks: ["LRO_OPERATION_INFO_NOT_ADDED"] },
  { change: "operation_info, removed", before: annotated, now: plain, breaks: ["LRO_OPERATION_INFO_NOT_REMOVED"] },
  { change: "a method that becomes long-running", before: direct, now: annotated, breaks: kindChanged },
  {
    change: "a method that becomes long-running, without operation_info",
    before: direct,
    now: plain,
    breaks: kindChanged,
  },
  { change: "a method that is no longer long-running", before: annotated, now: direct, breaks: kindChanged },
];

describe("a change is breaking if it changes a type, not if it only changes the text", () => {
  const read = (version: "before" | "now"): Files =>
    Object.assign({}, ...pairs.map((pair, index) => files(pair[version], `pair${index}`, version)));
  const workspace = { before: read("before"), protos: read("now"), rules: breakingRules };

  test.each(pairs.map((pair, index) => [pair.change, index, pair.breaks] as const))("%s", async (_, index, breaks) => {
    const findings = await checkProtos(workspace);
    const found = findings.filter(({ path }) => path.startsWith(`pair${index}/`));
    expect(found.map(({ rule }) => rule).sort()).toEqual([...breaks].sort());
  });

  test("at least thirty changes are tested", () => {
    expect(pairs.length).toBeGreaterThanOrEqual(30);
  });
});

test("a finding is reported on the line of the type, with the old and the new type", async () => {
  const before = files(does("Book", "Progress"), "acme", "now");
  const protos = files(does("Book", "Leaflet"), "acme", "now");

  expect(await checkProtos({ before, protos, rules: breakingRules })).toEqual([
    {
      path: "acme/v1/service.proto",
      line: 7,
      rule: "LRO_METADATA_SAME_TYPE",
      message:
        "metadata_type of rpc Do changed from acme.v1.Progress to acme.v1.Leaflet. Keep the old type, or add a new rpc.",
    },
  ]);
});

test("a type that is no longer found is reported", async () => {
  const before = files(does("Book", "Progress"), "acme", "now");
  const protos = files(does("Boook", "Progress"), "acme", "now");

  expect((await checkProtos({ before, protos, rules: breakingRules })).map(({ message }) => message)).toEqual([
    'response_type of rpc Do changed from acme.v1.Book to "Boook", which is not found. Keep the old type, or add a new rpc.',
  ]);
});

test.each([
  [
    does("Book", ""),
    "metadata_type of rpc Do was removed. It was acme.v1.Progress. Keep the old type, or add a new rpc.",
  ],
  [
    does("Book", "Changed"),
    "metadata_type of rpc Do changed from acme.v1.Progress to the enum acme.v1.Changed. Keep the old type, or add a new rpc.",
  ],
])("a finding names the type that was removed or replaced by an enum", async (now, message) => {
  const before = files(annotated, "acme", "now");
  const protos = files(now, "acme", "now");

  expect((await checkProtos({ before, protos, rules: breakingRules })).map((finding) => finding.message)).toEqual([
    message,
  ]);
});

test("buf's own rules report a package that moves to its next version", async () => {
  const moved = service("acme.v2", does("Leaflet", "Progress"));
  const protos = { "acme/v2/service.proto": `syntax = "proto3"; ${moved}` };

  expect(await checkProtos({ before: files(annotated, "acme", "now"), protos, rules: breakingRules })).toEqual([]);
});

function does(response: string, metadata: string): string {
  return `rpc Do(Request) ${operation} { option (google.longrunning.operation_info) = {
    response_type: "${response}"
    metadata_type: "${metadata}"
  }; }`;
}

function doesInParts(response: string, metadata: string): string {
  return `rpc Do(Request) ${operation} {
    option (google.longrunning.operation_info).response_type = "${response}";
    option (google.longrunning.operation_info).metadata_type = "${metadata}";
  }`;
}

/**
 * Returns the files of a package with a service. In the new version, message Moved is in another file, and the package
 * has its own message Shadow in addition to that of the enclosing package.
 */
function files(methods: string, name: string, version: "before" | "now"): Files {
  const [there, elsewhere] =
    version === "before"
      ? ["message Moved {} message Changed {}", ""]
      : ["enum Changed { CHANGED_UNSPECIFIED = 0; }", "message Moved {} message Shadow {}"];
  const protos: Files = {
    [`${name}/v1/service.proto`]: service(`${name}.v1`, methods, there),
    [`${name}/v1/elsewhere.proto`]: `package ${name}.v1; ${elsewhere}`,
    [`${name}/shadow.proto`]: `package ${name}; message Shadow {}`,
    [`${name}/v2/book.proto`]: `package ${name}.v2; message Book {}`,
  };
  return Object.fromEntries(
    Object.entries(protos).map(([path, content]) => [path, `syntax = "proto3"; ${content.replaceAll("PKG", name)}`]),
  );
}

function service(packageName: string, methods: string, others = ""): string {
  return `package ${packageName};
    import "google/longrunning/operations.proto";
    import "google/protobuf/empty.proto";
    service Service {
      ${methods} }
    message Request {}
    message Book { message Page {} }
    message Leaflet {}
    message Progress {}
    ${others}`;
}
