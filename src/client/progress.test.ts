import { create, type Message } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { late, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { OperationMetadataSchema } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { progressOf } from "./index.ts";

/** A metadata message with these fields. */
const metadata = (fields: object): Message => ({ $typeName: "acme.Metadata", ...fields });

describe("progressOf", () => {
  test.each<[string, object, number | undefined]>([
    ["a percentage", { progressPercent: 40 }, 40],
    ["a percentage of 64 bits", { progress: 40n }, 40],
    ["0, which is the default of a percentage", create(OperationMetadataSchema), 0],
    ["a ratio", { estimatedCompletionRatio: 0.25 }, 25],
    ["a pair of amounts", { completedWork: 3n, estimatedWork: 4n }, 75],
    ["an amount of which a part failed", { successCount: 1n, failureCount: 2n, totalCount: 4n }, 75],
    ["nothing of an amount that is not known yet", { completedWork: 3n, estimatedWork: 0n }, undefined],
    ["a message", { progress: { progressPercent: 40 } }, 40],
    ["the first message that is set", { progressDocuments: undefined, progressBytes: { progressPercent: 40 } }, 40],
    ["the mean of a list", { annotationProgress: [{ progressPercent: 40 }, { progressPercent: 80 }] }, 60],
    ["nothing of an empty list", { progress: [] }, undefined],
    ["nothing of a text", { progress: "40 %" }, undefined],
    ["nothing of a number that is none", { progressPercent: Number.NaN }, undefined],
    ["100 of anything above", { progressPercent: 101 }, 100],
    ["0 of anything below", { progressPercent: -1 }, 0],
    ["nothing if there is no such field", { target: "Emma" }, undefined],
  ])("reads %s", (_, fields, percent) => {
    expect(progressOf(metadata(fields))).toBe(percent);
  });

  test("returns undefined if there is no metadata yet", () => {
    expect(progressOf(undefined)).toBeUndefined();
  });
});

describe("onProgress", () => {
  const slow = late(5_000, running(70));
  const script = { start: running(10), get: [running(10), slow, succeeded()] };

  test.each(["wait", "outcome"] as const)("of %s is called with the known and each new metadata", async (method) => {
    const { library } = scriptedServer(script);
    const percentages: (number | undefined)[] = [];
    const operation = await library.createBook({});
    await operation[method]({ onProgress: (state) => percentages.push(progressOf(state)) });
    expect([...new Set(percentages)]).toEqual([10, 70, 100]);
  });

  test("receives intermediate states during long polls", async () => {
    const { library } = scriptedServer({
      start: running(),
      wait: [late(400, running(10)), late(400, running(70)), late(60_000, succeeded())],
    });
    const percentages: number[] = [];
    await (await library.createBook({})).wait({
      onProgress: ({ progressPercent }) => percentages.push(progressPercent),
    });
    expect(percentages).toEqual([10, 70, 100]);
  });

  test("is not called while there is no metadata", async () => {
    const { library } = scriptedServer({ start: running(), get: [running(), { ...succeeded(), metadata: undefined }] });
    const calls: unknown[] = [];
    await (await library.createBook({})).wait({ onProgress: (state) => calls.push(state) });
    expect(calls).toEqual([]);
  });

  test("ends its wait with the error that it throws, but not other waits", async () => {
    const { library } = scriptedServer(script);
    const operation = await library.createBook({});
    const other = operation.wait();
    const broken = new TypeError("no bar");
    const onProgress = () => {
      throw broken;
    };
    await expect(operation.wait({ onProgress })).rejects.toBe(broken);
    expect((await other).title).toBe("Emma");
  });
});
