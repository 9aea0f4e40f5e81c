import { create } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { describeEngines, gate } from "../../test/lro-servers.ts";
import { PrintBookMetadataSchema, PrintBookResponseSchema } from "../../testdata/gen/acme/press/v1/press_pb.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { OperationError } from "../operation/errors.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  /** Returns the jobs that wait for a worker. */
  const started = (): Promise<unknown[]> => engine.sql("SELECT name FROM job");

  describe("an operation", () => {
    test("runs its handler and succeeds with the response that the handler returns", async () => {
      const { press } = await engine.open({ printBook: ({ title }) => ({ title: title.toUpperCase() }) });
      const operation = await press.printBook(emma);
      expect(operation.name).toMatch(/^operations\/[0-9a-f-]{36}$/);
      expect(await operation.wait()).toMatchObject({ title: "EMMA" });
    });

    test("has the metadata that its handler sets and keeps the latest when it is done", async () => {
      const seen = gate();
      const { press, operations } = await engine.open({
        async printBook({ title }, operation) {
          await operation.update({ progressPercent: 10 });
          await seen.passed;
          await operation.update({ progressPercent: 90 });
          return { title };
        },
      });
      const operation = await press.printBook(emma);
      await expect.poll(() => operation.poll().then(({ metadata }) => metadata?.progressPercent)).toBe(10);
      seen.open();
      await operation.wait();
      const { metadata } = await operations.getOperation({ name: operation.name });
      expect(metadata && anyUnpack(metadata, PrintBookMetadataSchema)).toMatchObject({ progressPercent: 90 });
    });

    test("fails with the ConnectError that its handler throws, including details", async () => {
      const { press } = await engine.open({
        printBook() {
          const details = [{ desc: ErrorInfoSchema, value: { reason: "PAPER_JAM" } }];
          throw new ConnectError("the paper is stuck", Code.FailedPrecondition, undefined, details);
        },
      });
      const operation = await press.printBook(emma);
      const error = await operation.wait().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(OperationError);
      expect(error).toMatchObject({ code: Code.FailedPrecondition });
      expect((error as OperationError).findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "PAPER_JAM" }]);
    });

    test.each([
      ["an error of another kind", new Error("password: 1234")],
      ["a string", "password: 1234"],
      ["nothing", undefined],
    ])("fails with INTERNAL and a generic message if its handler throws %s", async (_, thrown) => {
      const logged: unknown[] = [];
      const { press } = await engine.open({
        printBook() {
          throw thrown;
        },
        log: ({ level, error }) => level === "error" && logged.push(error),
      });
      const operation = await press.printBook(emma);
      await expect(operation.wait()).rejects.toMatchObject({
        code: Code.Internal,
        status: { message: "internal error" },
      });
      expect(logged).toEqual([thrown]);
    });

    test("is done when it is started if `immediate` returns a response", async () => {
      const { operations, press } = await engine.open({
        work: false,
        printBook: { run: ({ title }) => ({ title }), immediate: ({ title }) => ({ title }) },
      });
      const operation = await press.printBook(emma);
      expect(operation.done).toBe(true);
      expect(await operations.getOperation({ name: operation.name })).toMatchObject({ done: true });
      expect(await started()).toEqual([]);
    });

    test("has the name that operationName returns and is listed under its parent", async () => {
      const { press, operations } = await engine.open({
        printBook: {
          run: ({ title }) => ({ title }),
          operationName: ({ press }, { id }) => `${press}/operations/${id}`,
        },
      });
      const operation = await press.printBook(emma);
      expect(operation.name).toMatch(/^presses\/1\/operations\//);
      const names = async (name: string): Promise<string[]> =>
        (await operations.listOperations({ name })).operations.map(({ name }) => name);
      expect(await names("presses/1")).toEqual([operation.name]);
      expect(await names("presses/1/operations")).toEqual([operation.name]);
      expect(await names("presses/2")).toEqual([]);
      expect(await names("operations")).toEqual([]);
    });
  });

  describe("an invalid request", () => {
    test("fails the call and starts no operation", async () => {
      const { press, operations } = await engine.open({
        work: false,
        printBook: {
          run: ({ title }) => ({ title }),
          validate() {
            throw new ConnectError("no such press", Code.NotFound);
          },
        },
      });
      await expect(press.printBook(emma)).rejects.toMatchObject({ code: Code.NotFound, rawMessage: "no such press" });
      expect((await operations.listOperations({})).operations).toEqual([]);
      expect(await started()).toEqual([]);
    });

    test("fails with INTERNAL and a generic message if validate throws another error", async () => {
      const { press } = await engine.open({
        work: false,
        printBook: {
          run: ({ title }) => ({ title }),
          validate() {
            throw new TypeError("password: 1234");
          },
        },
      });
      await expect(press.printBook(emma)).rejects.toMatchObject({ code: Code.Internal, rawMessage: "internal error" });
      expect(await started()).toEqual([]);
    });
  });

  describe("validate_only", () => {
    test("returns an operation that is done, has no name and is not stored", async () => {
      const { press, operations } = await engine.open({ work: false });
      const operation = await press.printBook({ ...emma, validateOnly: true });
      expect([operation.name, operation.done]).toEqual(["", true]);
      expect(await operation.wait()).toEqual(create(PrintBookResponseSchema));
      expect((await operations.listOperations({})).operations).toEqual([]);
      expect(await started()).toEqual([]);
    });

    test("returns the error that validate throws", async () => {
      const { press } = await engine.open({
        work: false,
        printBook: {
          run: ({ title }) => ({ title }),
          validate() {
            throw new ConnectError("no such press", Code.InvalidArgument);
          },
        },
      });
      await expect(press.printBook({ ...emma, validateOnly: true })).rejects.toMatchObject({
        code: Code.InvalidArgument,
      });
      expect(await started()).toEqual([]);
    });

    test("can run as an operation without a key", async () => {
      const end = gate();
      const { press } = await engine.open({
        printBook: {
          async run({ validateOnly, title }) {
            if (!validateOnly) {
              await end.passed;
            }
            return { title: validateOnly ? "valid" : title };
          },
          exclusive: { key: ({ press }) => press, onBusy: "reject" },
          validateOnly: "run",
        },
      });
      const printing = await press.printBook(emma);
      const validating = await press.printBook({ ...emma, validateOnly: true });
      expect(await validating.wait()).toMatchObject({ title: "valid" });
      end.open();
      expect(await printing.wait()).toMatchObject({ title: "Emma" });
    });
  });

  describe("request_id", () => {
    test("makes a second call return the first operation", async () => {
      const { press, operations } = await engine.open();
      const first = await press.printBook({ ...emma, requestId: "1" });
      await first.wait();
      const second = await press.printBook({ ...emma, requestId: "1" });
      expect(second.name).toBe(first.name);
      expect(second.done).toBe(true);
      expect((await operations.listOperations({})).operations).toHaveLength(1);
    });

    test("rejects a different request with the same ID", async () => {
      const { press } = await engine.open();
      await press.printBook({ ...emma, requestId: "1" });
      await expect(press.printBook({ ...emma, title: "Persuasion", requestId: "1" })).rejects.toMatchObject({
        code: Code.InvalidArgument,
      });
    });

    test("is checked before the key", async () => {
      const end = gate();
      const { press } = await engine.open({
        printBook: {
          run: () => end.passed.then(() => ({})),
          exclusive: { key: ({ press }) => press, onBusy: "reject" },
        },
      });
      const first = await press.printBook({ ...emma, requestId: "1" });
      expect((await press.printBook({ ...emma, requestId: "1" })).name).toBe(first.name);
      end.open();
    });
  });
});
