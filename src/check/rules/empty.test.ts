import { describe, expect, test } from "vitest";
import { markedFindings, withoutMessages } from "../../../test/buf-workspace.ts";
import { checkProtos } from "../../../test/check-protos.ts";
import { library } from "../../../test/library-proto.ts";

/** Returns an rpc that returns Empty, with a mark on the line that breaks a rule. */
function answersEmpty(name: string, mark = ""): string {
  return `rpc ${name}(Request) returns (google.longrunning.Operation) {
      option (google.longrunning.operation_info) = {
        response_type: "google.protobuf.Empty"${mark}
        metadata_type: "Metadata"
      };
    }`;
}

describe("an rpc that returns Empty", () => {
  const mark = " // LRO_RESPONSE_NOT_EMPTY";

  test("is allowed if its name starts with the word Delete or BatchDelete", async () => {
    const protos = library(
      ["Delete", "DeleteShelf", "BatchDeleteShelves", "Delete2"].map((name) => answersEmpty(name)).join("\n"),
    );
    expect(await checkProtos({ protos })).toEqual([]);
  });

  test("is reported if its name only resembles that of a Delete method", async () => {
    const names = ["Deleted", "DeletedShelf", "BatchDeletedShelves", "UndeleteShelf", "MayDeleteShelf", "Batch"];
    const protos = library(names.map((name) => answersEmpty(name, mark)).join("\n"));
    expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
  });

  test.each(["Purge", "acme.library.v1.Library.Purge", "P*e", "acme.*", "*"])(
    "is allowed if empty_response_methods contains %s",
    async (pattern) => {
      const protos = library(answersEmpty("Purge"));
      for (const patterns of [pattern, [pattern], ["Other", pattern]]) {
        expect(await checkProtos({ protos, options: { empty_response_methods: patterns } })).toEqual([]);
      }
    },
  );

  test("is reported if empty_response_methods contains only a part of its name, or a pattern that does not match", async () => {
    const protos = library(answersEmpty("Purge", mark));
    const empty_response_methods = [
      "Pur",
      "urge",
      "Library.Purge",
      "acme.library.v1.Library",
      "Pu.ge",
      "*x",
      "[P]urge",
    ];
    const findings = await checkProtos({ protos, options: { empty_response_methods } });
    expect(withoutMessages(findings)).toEqual(markedFindings(protos));
  });
});
