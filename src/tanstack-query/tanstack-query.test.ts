import { Code, ConnectError } from "@connectrpc/connect";
import { QueryClient, QueryObserver } from "@tanstack/query-core";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { expect, expectTypeOf, test } from "vitest";
import { failed, name, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import type { Book, OperationMetadata } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { OperationError, OperationPollError } from "../client/index.ts";
import { type OperationQueryData, operationQueryOptions } from "./index.ts";

const noWait = { polling: { longPollMs: 0 } };

test("a query returns the states of an operation up to its response", async () => {
  const { library } = scriptedServer({ start: running(0), get: [running(40), succeeded("Emma")] }, noWait);
  const client = new QueryClient();
  const observer = new QueryObserver(client, operationQueryOptions(await library.createBook({})));
  expectTypeOf(observer.getCurrentResult().data).toEqualTypeOf<
    OperationQueryData<Book, OperationMetadata> | undefined
  >();
  const seen: unknown[] = [];
  await new Promise<void>((resolve) => {
    observer.subscribe(({ data, fetchStatus }) => {
      seen.push(data?.metadata?.progressPercent);
      if (fetchStatus === "idle") {
        expect(data).toMatchObject({ name, done: true, response: { title: "Emma" } });
        resolve();
      }
    });
  });
  observer.destroy();
  expect([...new Set(seen)]).toEqual([undefined, 0, 40, 100]);
  client.clear();
});

test("a query of a done operation is not fetched again", async () => {
  const { library, calls } = scriptedServer({ get: [succeeded("Emma")] });
  const client = new QueryClient();
  const token = (await library.createBook({})).toToken();
  await client.fetchQuery(operationQueryOptions(library.createBook.resume(token)));
  const before = calls.length;
  const again = await client.fetchQuery(operationQueryOptions(library.createBook.resume(token)));
  expect(again.response?.title).toBe("Emma");
  expect(calls).toHaveLength(before);
  client.clear();
});

test("a query fails once with the operation's error and keeps its data", async () => {
  const { library } = scriptedServer({ get: [running(40), failed(Code.Aborted, "out of paper")] }, noWait);
  const client = new QueryClient();
  const options = operationQueryOptions(await library.createBook({}));
  await expect(client.fetchQuery(options)).rejects.toBeInstanceOf(OperationError);
  const known = client.getQueryData(options.queryKey);
  expectTypeOf(known).toEqualTypeOf<OperationQueryData<Book, OperationMetadata> | undefined>();
  expect(known).toMatchObject({ done: false, metadata: { progressPercent: 40 } });

  const broken = scriptedServer({ get: [new ConnectError("no", Code.PermissionDenied)] });
  const query = operationQueryOptions(await broken.library.createBook({}));
  await expect(client.fetchQuery(query)).rejects.toBeInstanceOf(OperationPollError);
  client.clear();
});

test("polling stops with the last observer", async () => {
  const clock = createFakeClock({ auto: false });
  const { library } = scriptedServer({ get: [running(1)] }, { ...noWait, clock }, clock);
  const client = new QueryClient();
  const observer = new QueryObserver(client, operationQueryOptions(await library.createBook({})));
  const unsubscribe = observer.subscribe(() => {});
  await clock.advance(5_000);
  expect(clock.pending).toBe(1);
  unsubscribe();
  await clock.advance(0);
  expect(clock.pending).toBe(0);
  client.clear();
});

test("the type of a query's data narrows by done", async () => {
  const { library } = scriptedServer({ get: [succeeded("Emma")] });
  const client = new QueryClient();
  const data = await client.fetchQuery(operationQueryOptions(await library.createBook({})));
  if (!data.done) {
    expectTypeOf(data.response).toEqualTypeOf<undefined>();
    throw new Error("it should be done");
  }
  expectTypeOf(data.response).toEqualTypeOf<Book>();
  expect(data.response.title).toBe("Emma");
  client.clear();
});
