import { describe, expect, test } from "vitest";
import { type Files, markedFindings, withoutMessages } from "../../../test/buf-workspace.ts";
import { checkProtos } from "../../../test/check-protos.ts";

/** Returns files in which a method has the given response type. */
function naming(response: string, imports: string, others: Files = {}): Files {
  return {
    "acme/v1/service.proto": `syntax = "proto3"; package acme.v1;
      import "google/longrunning/operations.proto"; ${imports}
      service Service {
        rpc Do(Request) returns (google.longrunning.Operation) {
          option (google.longrunning.operation_info) = { metadata_type: "Request"
            response_type: ${response}
          };
        }
      }
      message Request {}`,
    ...others,
  };
}

const shared = { "acme/shared/book.proto": 'syntax = "proto3"; package acme.shared; message Book {}' };
const importShared = 'import "acme/shared/book.proto";';

describe("the full name of a type of another package", () => {
  test.each(['"acme.shared.Book"', '".acme.shared.Book"'])("can be written as %s", async (name) => {
    expect(await checkProtos({ protos: naming(name, importShared, shared) })).toEqual([]);
  });

  test.each(['"shared.Book"', '"..acme.shared.Book"'])("is not %s", async (name) => {
    const findings = await checkProtos({ protos: naming(name, importShared, shared) });
    expect(findings).toHaveLength(1);
  });

  test("is not required if the type is in the same package", async () => {
    for (const name of ['"Request"', '"v1.Request"', '".acme.v1.Request"']) {
      expect(await checkProtos({ protos: naming(name, "") })).toEqual([]);
    }
  });
});

describe("a type that is not found", () => {
  const rules = ["LRO_TYPES_RESOLVE"];

  test("is reported with similar names, or with the fix", async () => {
    const messages = async (name: string): Promise<string[]> =>
      (await checkProtos({ protos: naming(name, ""), rules })).map(({ message }) => message);
    expect(await messages('"Reqest"')).toEqual(['response_type "Reqest" of rpc Do not found. Did you mean "Request"?']);
    expect(await messages('"Nothing"')).toEqual([
      'response_type "Nothing" of rpc Do not found. Define it, or import the file that declares it.',
    ]);
  });

  test("is not a missing type, which another rule reports", async () => {
    expect(await checkProtos({ protos: naming('""', ""), rules })).toEqual([]);
  });
});

describe("a type that is imported through other files", () => {
  const mark = " // LRO_TYPES_IMPORTED_DIRECTLY";
  const way = (visibility: string, next = ""): string =>
    `syntax = "proto3"; package acme.v1; import ${visibility} "${next}"; message Way {}`;

  test("counts as imported directly if all these imports are public", async () => {
    const protos = naming('"acme.shared.Book"', 'import "acme/v1/a.proto";', {
      ...shared,
      "acme/v1/a.proto": way("public", "acme/v1/b.proto"),
      "acme/v1/b.proto": way("public", "acme/shared/book.proto").replace("Way", "Other"),
    });
    expect(await checkProtos({ protos })).toEqual([]);
  });

  test("does not count as imported directly if one of the imports is not public", async () => {
    const protos = naming(`"acme.shared.Book"${mark}`, 'import "acme/v1/a.proto";', {
      ...shared,
      "acme/v1/a.proto": way("public", "acme/v1/b.proto"),
      "acme/v1/b.proto": way("", "acme/shared/book.proto").replace("Way", "Other"),
    });
    expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
  });
});

test("two missing types are one finding", async () => {
  const protos = naming('""', "");
  const none = Object.fromEntries(
    Object.entries(protos).map(([path, content]) => [path, content.replace('metadata_type: "Request"', "")]),
  );
  const findings = await checkProtos({ protos: none, rules: ["LRO_TYPES_PRESENT"] });
  expect(findings.map(({ message }) => message)).toEqual([
    "operation_info of rpc Do has no response_type and no metadata_type. " +
      "Set it to a message type; define an empty message if it needs no fields yet.",
  ]);
});

test("a type that is not imported is one finding, with the file to import", async () => {
  const protos = naming('"acme.shared.Book" // LRO_TYPES_IMPORTED', "", shared);
  expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
});
