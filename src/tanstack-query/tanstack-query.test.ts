import { Code, ConnectError } from "@connectrpc/connect";
import { MutationObserver, QueryClient, QueryObserver } from "@tanstack/query-core";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { expect, expectTypeOf, test } from "vitest";
import { failed, name, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import type { Book, OperationMetadata } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { type Operation, OperationError, OperationPollError } from "../client/index.ts";
import { type OperationQueryData, operationMutationOptions, operationQueryOptions } from "./index.ts";

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

test("a query has the progress, which is 100 when the operation is done", async () => {
  const { library } = scriptedServer({ start: running(), get: [running(40), succeeded("Emma")] }, noWait);
  const client = new QueryClient();
  const observer = new QueryObserver(client, operationQueryOptions(await library.createBook({})));
  const seen: unknown[] = [];
  const unsubscribe = observer.subscribe(({ data }) => void seen.push(data?.progress));
  await expect.poll(() => seen.at(-1)).toBe(100);
  expect([...new Set(seen)]).toEqual([undefined, 40, 100]);
  unsubscribe();
  client.clear();
});

test("a query without an operation is disabled until there is one", async () => {
  const { library, calls } = scriptedServer({ get: [succeeded("Emma")] });
  const client = new QueryClient();
  const none: Operation<Book, OperationMetadata> | undefined = undefined;
  const observer = new QueryObserver(client, operationQueryOptions<Book, OperationMetadata>(none));
  const unsubscribe = observer.subscribe(() => {});
  expect(observer.getCurrentResult()).toMatchObject({ status: "pending", fetchStatus: "idle" });
  expect((await observer.refetch()).error?.message).toContain("without its operation");
  observer.setOptions(operationQueryOptions(await library.createBook({})));
  await expect.poll(() => observer.getCurrentResult().data?.response?.title).toBe("Emma");
  expect(calls.length).toBeGreaterThan(0);
  unsubscribe();
  client.clear();
});

test("a mutation starts an operation and is pending until it is done", async () => {
  const { library } = scriptedServer({ start: running(10), get: [running(40), succeeded("Emma")] }, noWait);
  const events: unknown[] = [];
  const mutation = new MutationObserver(
    new QueryClient(),
    operationMutationOptions(library.createBook, {
      onStart: (operation) => events.push(operation.name),
      onProgress: ({ progressPercent }) => events.push(progressPercent),
    }),
  );
  const book = await mutation.mutate({ book: { title: "Emma" } });
  expectTypeOf(book).toEqualTypeOf<Book>();
  expect(book.title).toBe("Emma");
  expect([...new Set(events)]).toEqual([name, 10, 40, 100]);
});

test("a mutation fails with the operation's error and starts no second operation", async () => {
  let starts = 0;
  const start = async () => {
    starts++;
    return { name, done: true, result: { case: "error", value: { code: Code.Aborted, message: "no paper" } } } as const;
  };
  const { library } = scriptedServer({ start });
  const client = new QueryClient({ defaultOptions: { mutations: { retry: 3 } } });
  const mutation = new MutationObserver(client, operationMutationOptions(library.createBook));
  await expect(mutation.mutate({})).rejects.toBeInstanceOf(OperationError);
  expect(starts).toBe(1);
});
