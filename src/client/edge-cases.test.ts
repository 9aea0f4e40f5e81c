import { create } from "@bufbuild/protobuf";
import { anyPack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { describe, expect, test, vi } from "vitest";
import { book, failed, late, name, progress, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { BookSchema } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { systemClock } from "./clock.ts";
import {
  OperationError,
  OperationNameError,
  OperationPollError,
  OperationUnpackError,
  WaitTimeoutError,
} from "./index.ts";

describe("1. names", () => {
  test("an operation that is done when it is started needs no name and is never polled", async () => {
    const { library, calls } = scriptedServer({ start: { ...succeeded("Emma"), name: "" } });
    const op = await library.createBook({});
    expect(op).toMatchObject({ name: "", done: true });
    expect((await op.wait()).title).toBe("Emma");
    expect((await op.poll()).done).toBe(true);
    expect(calls).toEqual([]);
  });

  test("cancelling, deleting or resuming an operation without a name throws OperationNameError", async () => {
    const { library, calls } = scriptedServer({ start: { ...succeeded(), name: "" } });
    const op = await library.createBook({});
    await expect(op.cancel()).rejects.toBeInstanceOf(OperationNameError);
    await expect(op.delete()).rejects.toBeInstanceOf(OperationNameError);
    expect(() => op.toToken()).toThrow("the operation has no name, so it cannot be cancelled, deleted or resumed");
    expect(calls).toEqual([]);
  });

  test("starting an operation that has no name and is not done throws OperationNameError", async () => {
    const { library } = scriptedServer({ start: {} });
    const error = await library.createBook({}).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OperationNameError);
    expect(error).toMatchObject({ operation: "", method: "acme.library.v1.LibraryService.CreateBook" });
    expect(String(error)).toContain("LibraryService.CreateBook returned an operation that has no name and is not done");
  });

  test("the first name is kept, even if a poll returns another one", async () => {
    const { library } = scriptedServer({
      get: [
        { ...running(), name: "" },
        { ...succeeded(), name: "operations/2" },
      ],
    });
    const op = await library.createBook({});
    await op.wait();
    expect(op.name).toBe(name);
  });
});

describe("2. the result", () => {
  test("an error with code 0 is a failure with code UNKNOWN", async () => {
    const { library } = scriptedServer({ get: [failed(0, "no code")] });
    const outcome = await (await library.createBook({})).outcome();
    expect(outcome).toMatchObject({ status: "failed", error: { code: Code.Unknown, status: { code: 0 } } });
  });

  test("an error with an undefined code is a failure that keeps the number of the code", async () => {
    const { library } = scriptedServer({ get: [failed(4711, "strange")] });
    const outcome = await (await library.createBook({})).outcome();
    if (outcome.status !== "failed") {
      throw new Error("it should have failed");
    }
    expect(outcome.error).toMatchObject({ code: 4711, status: { code: 4711 } });
    expect(outcome.error.message).toContain("failed: [4711] strange");
    expect(outcome.error.toJSON()).toMatchObject({ code: "4711" });
    expect(outcome.error.toConnectError()).toMatchObject({ code: Code.Unknown, rawMessage: "strange" });
  });

  test("a result is ignored if the operation is not done", async () => {
    const early = { ...failed(Code.Internal, "not yet"), done: false };
    const { library } = scriptedServer({ start: early, get: [early, succeeded("Emma")] });
    expect((await (await library.createBook({})).wait()).title).toBe("Emma");
  });
});

describe("3. deadlines", () => {
  test("the timeout of a poll is limited to the rest of the wait's timeout", async () => {
    const { library, calls } = scriptedServer({ get: [running(), running(), late(60_000, succeeded())] });
    const op = await library.createBook({});
    await expect(op.wait({ timeoutMs: 2_000 })).rejects.toBeInstanceOf(WaitTimeoutError);
    const gets = calls.filter(({ method }) => method === "GetOperation");
    expect(gets.map(({ at, timeoutMs = 0 }) => at + Math.ceil(timeoutMs))).toSatisfy((ends: number[]) =>
      ends.every((end) => end <= 2_001),
    );
    expect(gets).toHaveLength(2);
  });

  test("the duration of WaitOperation is limited to the rest of the wait's timeout", async () => {
    const { library, calls } = scriptedServer({ wait: [late(60_000, running())] });
    const op = await library.createBook({});
    await expect(op.wait({ timeoutMs: 5_000 })).rejects.toBeInstanceOf(WaitTimeoutError);
    expect(calls).toMatchObject([{ method: "WaitOperation", waitMs: 5_000 }]);
  });

  test("a poll that exceeds its deadline does not fail the operation", async () => {
    const late = new ConnectError("too slow", Code.DeadlineExceeded);
    const { library } = scriptedServer({ get: [late, late, succeeded("Emma")] });
    expect((await (await library.createBook({})).wait()).title).toBe("Emma");
  });

  test("an operation that fails with DEADLINE_EXCEEDED is not reported as a timeout of the wait", async () => {
    const { library } = scriptedServer({ get: [failed(Code.DeadlineExceeded, "the job took too long")] });
    const error = await (await library.createBook({})).wait().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OperationError);
    expect(error).not.toBeInstanceOf(WaitTimeoutError);
  });

  test("a response that arrives at the deadline of the wait is returned", async () => {
    const { library } = scriptedServer({ get: [late(500, succeeded("Emma"))] });
    const op = await library.createBook({});
    expect((await op.wait({ timeoutMs: 1_000 })).title).toBe("Emma");
  });

  test("changing the system time does not affect a wait", async () => {
    const { library } = scriptedServer({ get: [running(), running(), succeeded("Emma")] }, { clock: systemClock });
    const op = await library.createBook({}, { polling: { initialDelayMs: 1 } });
    const wallClock = vi.spyOn(Date, "now").mockImplementation(() => Math.random() * 1e13);
    try {
      expect((await op.wait({ timeoutMs: 60_000 })).title).toBe("Emma");
    } finally {
      wallClock.mockRestore();
    }
  });
});

describe("4. cancelling", () => {
  test("an operation can succeed although the server accepted a cancel request", async () => {
    const { library } = scriptedServer({ get: [running(), succeeded("Emma")] });
    const op = await library.createBook({});
    await op.cancel();
    expect(op.done).toBe(false);
    expect(await op.outcome()).toMatchObject({ status: "succeeded", response: { title: "Emma" } });
  });

  test("an operation counts as cancelled only if a poll returns that state", async () => {
    const { library } = scriptedServer({ get: [running(), failed(Code.Canceled, "cancelled")] });
    const op = await library.createBook({});
    await op.cancel();
    expect(await op.outcome()).toMatchObject({ status: "cancelled", error: { code: Code.Canceled } });
  });

  test("a poll that fails with CANCELED does not mean that the operation was cancelled", async () => {
    const { library } = scriptedServer({ get: [new ConnectError("stream reset", Code.Canceled)] });
    const error = await (await library.createBook({})).wait().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OperationPollError);
    expect(error).toMatchObject({ code: Code.Canceled, operation: name });
  });

  test("aborting a wait does not cancel the operation", async () => {
    const { library, calls } = scriptedServer({}, {}, createFakeClock({ auto: false }));
    const abort = new AbortController();
    const waiting = (await library.createBook({})).wait({ signal: abort.signal });
    abort.abort(new Error("no longer interested"));
    await expect(waiting).rejects.toMatchObject({ name: "WaitAbortedError", cause: abort.signal.reason });
    expect(calls.map(({ method }) => method)).not.toContain("CancelOperation");
  });
});

describe("5. poll results", () => {
  const notFound = new ConnectError("operation not found", Code.NotFound);

  test("NOT_FOUND right after the start is retried", async () => {
    const { library } = scriptedServer({ get: [notFound, notFound, succeeded("Emma")] });
    expect((await (await library.createBook({})).wait()).title).toBe("Emma");
  });

  test("NOT_FOUND that lasts longer than the timeout of a poll fails the wait", async () => {
    const { library, clock } = scriptedServer({ get: [notFound] });
    const error = await (await library.createBook({})).wait().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OperationPollError);
    expect(String(error)).toContain("it may have expired or been deleted");
    expect(clock.now()).toBeLessThan(20_000);
  });

  test("NOT_FOUND fails the wait if the operation was read before or was resumed", async () => {
    const seen = scriptedServer({ get: [running(), notFound] });
    await expect((await seen.library.createBook({})).wait()).rejects.toBeInstanceOf(OperationPollError);
    expect(seen.calls.filter(({ method }) => method === "GetOperation")).toHaveLength(2);
    const resumed = scriptedServer({ get: [notFound] });
    await expect(resumed.library.createBook.resume(name).wait()).rejects.toBeInstanceOf(OperationPollError);
    expect(resumed.calls.map(({ method }) => method)).toEqual(["WaitOperation", "GetOperation"]);
  });

  test("a known result stays available after the operation is deleted from the server", async () => {
    const { library } = scriptedServer({ get: [succeeded("Emma"), notFound] });
    const op = await library.createBook({});
    await op.wait();
    await op.delete();
    expect(await op.outcome()).toMatchObject({ status: "succeeded", response: { title: "Emma" } });
    expect((await op.poll()).done).toBe(true);
  });

  test("the host in a type URL is ignored", async () => {
    const { value } = book("Emma");
    for (const typeUrl of ["acme.library.v1.Book", "/acme.library.v1.Book", "https://x/y/acme.library.v1.Book"]) {
      const response = { ...book("Emma"), typeUrl, value };
      const { library } = scriptedServer({
        start: { name, done: true, result: { case: "response", value: response } },
      });
      expect((await (await library.createBook({})).wait()).title).toBe("Emma");
    }
  });

  test("metadata of another type does not affect the outcome", async () => {
    const { library } = scriptedServer({ get: [{ ...succeeded("Emma"), metadata: book("not metadata") }] });
    const op = await library.createBook({});
    expect((await op.wait()).title).toBe("Emma");
    expect(op.metadata).toBeUndefined();
    expect(op.raw?.metadata?.typeUrl).toContain("acme.library.v1.Book");
  });

  test("a response that is of another type, empty, missing or malformed throws OperationUnpackError", async () => {
    const broken = { ...book(""), value: new Uint8Array([0xff]) };
    const results = {
      mismatch: { case: "response", value: progress(1) },
      empty: { case: "response", value: { typeUrl: "", value: new Uint8Array() } },
      malformed: { case: "response", value: broken },
      missing: { case: undefined },
    } as const;
    for (const [problem, result] of Object.entries(results)) {
      const { library } = scriptedServer({ get: [{ name, done: true, result } as never] });
      const error = await (await library.createBook({})).wait().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(OperationUnpackError);
      expect(error).toMatchObject({ problem, expected: BookSchema.typeName });
    }
  });

  test("outcome, updates and poll throw OperationUnpackError as well", async () => {
    const { library } = scriptedServer({ get: [{ name, done: true }] });
    const operation = library.createBook.resume(name);
    const readUpdates = async (): Promise<void> => {
      for await (const { done } of operation.updates()) {
        expect(done).toBe(true);
      }
    };
    for (const call of [() => operation.poll(), () => operation.outcome(), readUpdates]) {
      await expect(call()).rejects.toBeInstanceOf(OperationUnpackError);
    }
  });

  test("an Empty response can be omitted from an operation that is done", async () => {
    const { library } = scriptedServer({ get: [{ name, done: true }] });
    expect(await (await library.deleteBook({})).wait()).toEqual(create(EmptySchema));
    const packed = { case: "response", value: anyPack(EmptySchema, create(EmptySchema)) } as const;
    const other = scriptedServer({ get: [{ name, done: true, result: packed }] });
    expect(await (await other.library.deleteBook({})).wait()).toEqual(create(EmptySchema));
  });
});
