import { getEventListeners } from "node:events";
import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { expect, test } from "vitest";
import { runProgram } from "../../test/program.ts";
import { failed, late, name, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { unpackLibraryService_CreateBook } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { OperationSchema } from "../longrunning.ts";
import { OperationPollError, routingHeaders } from "./index.ts";

// Complaints about other clients, each with the thread that reports it.

const noWait = { polling: { longPollMs: 0 } };
const unavailable = new ConnectError("down for a moment", Code.Unavailable);

test("1. a failed poll does not crash the process (googleapis/gax-nodejs#1304)", async () => {
  const { library } = scriptedServer({ get: [new ConnectError("no", Code.PermissionDenied)] });
  const op = await library.createBook({});
  // No event listener is needed: the wait throws the error, and can be called again.
  await expect(op.wait()).rejects.toBeInstanceOf(OperationPollError);
  await expect(op.wait()).rejects.toBeInstanceOf(OperationPollError);
});

test("2. another process can resume and decode an operation (yandex-cloud/nodejs-sdk#151)", async () => {
  const { library } = scriptedServer({ get: [succeeded("Emma")] });
  expect((await library.createBook.resume(name).wait()).title).toBe("Emma");
  expect(unpackLibraryService_CreateBook(create(OperationSchema, succeeded("Emma")))).toMatchObject({
    done: true,
    outcome: { status: "succeeded", response: { title: "Emma" } },
  });
});

test("3. waiting for an operation that was done when it was started resolves (nodejs-dialogflow#450)", async () => {
  const { library, calls } = scriptedServer({ start: succeeded("Emma") });
  expect((await (await library.createBook({})).wait()).title).toBe("Emma");
  expect(calls).toEqual([]);
});

test("4. an operation that is done without a result neither hangs nor returns {} (gax-nodejs#436)", async () => {
  const { library } = scriptedServer({ get: [{ name, done: true }] });
  await expect((await library.createBook({})).wait()).rejects.toThrow("the response of operation operations/1");
  await expect((await library.deleteBook({})).wait()).resolves.toMatchObject({ $typeName: "google.protobuf.Empty" });
});

test("5. you can wait again after a timeout (gax-nodejs#140)", async () => {
  const { library } = scriptedServer({ get: [running(), running(), running(), succeeded("Emma")] }, noWait);
  const op = await library.createBook({});
  await expect(op.wait({ timeoutMs: 1_000 })).rejects.toThrow("was not done after 1000 ms");
  await expect(op.wait({ timeoutMs: 1_000 })).rejects.toThrow("was not done after 1000 ms");
  expect((await op.wait()).title).toBe("Emma");
});

test("6. a local timeout does not look like a remote cancellation (sdk-platform-java#1858)", async () => {
  const slow = scriptedServer({});
  await expect((await slow.library.createBook({})).wait({ timeoutMs: 1_000 })).rejects.toMatchObject({
    name: "WaitTimeoutError",
  });
  const cancelled = scriptedServer({ get: [failed(Code.Canceled, "by the operator")] });
  await expect((await cancelled.library.createBook({})).wait()).rejects.toMatchObject({
    name: "OperationError",
    code: Code.Canceled,
  });
});

test("7. one transient poll error does not end the wait (python-api-core#183)", async () => {
  const { library } = scriptedServer({ get: [unavailable, running(), unavailable, unavailable, succeeded("Emma")] });
  expect((await (await library.createBook({})).wait()).title).toBe("Emma");
});

test("8. retries of failed polls have their own settings (python-api-core#458)", async () => {
  // Half a minute of failed polls exceeds the limit, although the wait itself has no timeout.
  const options = { polling: { longPollMs: 0, retryForMs: 30_000 } };
  const patient = scriptedServer({ get: [...Array.from({ length: 50 }, () => running()), succeeded("Emma")] }, options);
  expect((await (await patient.library.createBook({})).wait()).title).toBe("Emma");
  expect(patient.clock.now()).toBeGreaterThan(300_000);

  const down = scriptedServer({ get: [unavailable] }, options);
  await expect((await down.library.createBook({})).wait()).rejects.toBeInstanceOf(OperationPollError);
  expect(down.clock.now()).toBeGreaterThan(30_000);
  expect(down.clock.now()).toBeLessThan(45_000);

  // The limit starts over after a successful poll.
  const flapping = [...Array.from({ length: 40 }, (_, i) => (i % 2 ? running() : unavailable)), succeeded("Emma")];
  const server = scriptedServer({ get: flapping }, options);
  expect((await (await server.library.createBook({})).wait()).title).toBe("Emma");

  const picky = scriptedServer({ get: [unavailable] }, { polling: { isTransient: () => false } });
  await expect((await picky.library.createBook({})).wait()).rejects.toMatchObject({ failures: 1 });
});

test("9. with routingHeaders, every call on an operation carries the header (google-cloud-cpp#2990)", async () => {
  const { library, calls } = scriptedServer({ get: [running(), succeeded()] }, { interceptors: [routingHeaders()] });
  const op = library.createBook.resume("projects/a b/operations/ü");
  await op.poll();
  await op.wait();
  await op.cancel();
  await op.delete();
  const methods = new Set(calls.map(({ method }) => method));
  expect([...methods].sort()).toEqual(["CancelOperation", "DeleteOperation", "GetOperation", "WaitOperation"]);
  for (const { header } of calls) {
    expect(header.get("x-goog-request-params")).toBe("name=projects%2Fa%20b%2Foperations%2F%C3%BC");
  }
});

test("10. the details of an error are kept (google-cloud-java#13369)", async () => {
  const info = { reason: "QUOTA", domain: "acme.example", metadata: { limit: "3" } };
  const details = [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, info))];
  const { library } = scriptedServer({ get: [failed(Code.ResourceExhausted, "too many books", details)] });
  const outcome = await (await library.createBook({})).outcome();
  if (outcome.status === "succeeded") {
    throw new Error("it should have failed");
  }
  expect(outcome.error.findDetails(ErrorInfoSchema)).toMatchObject([info]);
  expect(outcome.error.status.details).toHaveLength(1);
});

test("11. the timeout applies even while polls succeed (google-cloud-rust#6710)", async () => {
  const { library, clock } = scriptedServer({ get: [running()] }, noWait);
  await expect((await library.createBook({})).wait({ timeoutMs: 60_000 })).rejects.toThrow("was not done");
  expect(clock.now()).toBe(60_000);
});

test("12. waiting for a short operation does not take seconds (gcsfuse#4981)", async () => {
  const polled = scriptedServer({ get: [succeeded()] }, noWait);
  await (await polled.library.createBook({})).wait();
  expect(polled.clock.now()).toBe(500);
  const waited = scriptedServer({ wait: [late(20, succeeded())] });
  await (await waited.library.createBook({})).wait();
  expect(waited.clock.now()).toBe(20);
});

test("13. a wait removes its timers and listeners (azure-sdk-for-js#17968)", async () => {
  const clock = createFakeClock({ auto: false });
  const { library } = scriptedServer({}, { ...noWait, clock }, clock);
  const op = await library.createBook({});
  const abort = new AbortController();
  const left = (): number[] => [getEventListeners(abort.signal, "abort").length, clock.pending];
  const waits = [op.wait({ signal: abort.signal, timeoutMs: 60_000 }), op.outcome(abort)];
  await clock.advance(10_000);
  expect(left()).toEqual([1, 2]);
  abort.abort();
  await Promise.allSettled(waits);
  expect(left()).toEqual([0, 0]);
});

test("13. with unref, a wait does not keep the process running (smithy-typescript#1607)", async () => {
  const { stdout, exitCode } = await runProgram("test/unref-wait.ts", { timeoutMs: 20_000 });
  expect([exitCode, String(stdout).trim()]).toEqual([0, "waiting"]);
});

test("14. a cancel request always reaches the server, and none is sent without a call (google-cloud-cpp#7762)", async () => {
  const { library, calls } = scriptedServer({ get: [running(), succeeded("Emma")] }, noWait);
  // A caller gets a handle only after the server returned a name, so cancel always sends a request.
  const op = await library.createBook({});
  await op.cancel();
  expect(calls.map(({ method }) => method)).toEqual(["CancelOperation"]);
  expect(await op.outcome()).toMatchObject({ status: "succeeded" });
});

test("15. metadata can be read before the operation is done (gax-nodejs#94)", async () => {
  const { library } = scriptedServer({ start: running(10), get: [running(50), succeeded()] });
  const op = await library.createBook({});
  expect(op.metadata?.progressPercent).toBe(10);
  await op.poll();
  expect([op.done, op.metadata?.progressPercent]).toEqual([false, 50]);
});
