import { create } from "@bufbuild/protobuf";
import { Code, type HandlerContext } from "@connectrpc/connect";
import { expect, test } from "vitest";
import {
  ListOperationsRequestSchema,
  type ListOperationsResponse,
} from "../../gen/google/longrunning/operations_pb.ts";
import type { ListedOperation, ListQuery } from "../operation-store.ts";
import { createAccess } from "./access.ts";
import { listOperations } from "./list-operations.ts";

const operation: ListedOperation = {
  ...{ id: "1", name: "operations/1", method: "acme.press.v1.PressService.PrintBook", principal: "" },
  ...{ metadata: undefined, done: false, result: undefined, deleted: false, position: "2026-01-01T00:00:00.000000Z" },
};

/** Returns a page of a store with the given number of operations. */
async function page(pageSize: number, there: number): Promise<ListOperationsResponse> {
  const store = { list: async ({ limit }: ListQuery) => Array(Math.min(limit, there)).fill(operation) };
  const serving = { store: { secret: Buffer.from("secret"), ...store } as never, access: createAccess({}) };
  return await listOperations(serving, create(ListOperationsRequestSchema, { pageSize }), {} as HandlerContext);
}

test.each([
  [0, 50],
  [1, 1],
  [999, 999],
  [1_000, 1_000],
  [1_001, 1_000],
  [2 ** 31 - 1, 1_000],
])("a page of size %i has %i operations if more are available", async (pageSize, count) => {
  const { operations, nextPageToken } = await page(pageSize, count + 1);
  expect(operations).toHaveLength(count);
  expect(nextPageToken).not.toBe("");
});

test("the last page has no token for a next page", async () => {
  const { operations, nextPageToken } = await page(0, 50);
  expect(operations).toHaveLength(50);
  expect(nextPageToken).toBe("");
});

test("a negative page size is rejected", async () => {
  await expect(page(-1, 1)).rejects.toMatchObject({ code: Code.InvalidArgument });
});
