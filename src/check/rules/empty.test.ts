import { describe, expect, test } from "vitest";
import { markedFindings, withoutMessages } from "../../../test/buf-workspace.ts";
import { checkProtos } from "../../../test/check-protos.ts";
import { library } from "../../../test/library-proto.ts";

/** Returns an rpc that answers Empty, with a mark for what breaks a rule. */
function answersEmpty(name: string, mark = ""): string {
  return `rpc ${name}(Request) returns (google.longrunning.Operation) {
      option (google.longrunning.operation_info) = {
        response_type: "google.protobuf.Empty"${mark}
        metadata_type: "Metadata"
      };
    }`;
}

describe("an rpc that answers Empty", () => {
  const mark = " // LRO_RESPONSE_NOT_EMPTY";

  test("deletes by its name: the whole word, at the start", async () => {
    const protos = library(
      ["Delete", "DeleteShelf", "BatchDeleteShelves", "Delete2"].map((name) => answersEmpty(name)).join("\n"),
    );
    expect(await checkProtos({ protos })).toEqual([]);
  });

  test("can never say more where it only seems to delete", async () => {
    const names = ["Deleted", "DeletedShelf", "BatchDeletedShelves", "UndeleteShelf", "MayDeleteShelf", "Batch"];
    const protos = library(names.map((name) => answersEmpty(name, mark)).join("\n"));
    expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
  });

  test.each(["Purge", "acme.library.v1.Library.Purge", "P*e", "acme.*", "*"])(
    "may do so where empty_response_methods has %s",
    async (pattern) => {
      const protos = library(answersEmpty("Purge"));
      for (const patterns of [pattern, [pattern], ["Other", pattern]]) {
        expect(await checkProtos({ protos, options: { empty_response_methods: patterns } })).toEqual([]);
      }
    },
  );

  test("may not where empty_response_methods has but a part of its name, or another where * does not stand", async () => {
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
