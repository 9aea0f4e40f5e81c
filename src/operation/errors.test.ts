import { create, type Message } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, expectTypeOf, test, vi } from "vitest";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { ErrorInfoSchema, RetryInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import {
  OperationError,
  OperationNameError,
  OperationPollError,
  OperationUnpackError,
  WaitAbortedError,
  WaitTimeoutError,
} from "./errors.ts";

const ref = { name: "operations/1", method: "acme.library.v1.LibraryService.CreateBook" };
const subject = "operation operations/1 of acme.library.v1.LibraryService.CreateBook";
const info = create(ErrorInfoSchema, { reason: "QUOTA", domain: "acme.example" });
const details = [anyPack(ErrorInfoSchema, info)];
const status = create(StatusSchema, { code: Code.PermissionDenied, message: "Permission denied", details });
const poll = new ConnectError("no such operation", Code.NotFound);
const facts = { timeoutMs: 60_000, polls: 7, cancelRequested: false, metadata: undefined };

/** One error of each kind. */
function exampleErrors() {
  return {
    failed: new OperationError(ref, status),
    cancelled: new OperationError(ref, create(StatusSchema, { code: Code.Canceled, message: "by the user" })),
    poll: new OperationPollError(ref, poll, 3),
    timeout: new WaitTimeoutError(ref, facts),
    cancelling: new WaitTimeoutError({ name: "operations/1" }, { ...facts, cancelRequested: true }, poll),
    aborted: new WaitAbortedError(ref, new Error("the page was left"), false),
    unpack: new OperationUnpackError(ref, "acme.Book", { problem: "mismatch", found: "acme.Page" }),
    name: new OperationNameError({ name: "" }, "no name"),
  };
}

test("a message names the operation, the problem and the next step", () => {
  const errors = exampleErrors();
  expect(Object.fromEntries(Object.entries(errors).map(([key, error]) => [key, String(error)]))).toEqual({
    failed: `OperationError: ${subject} failed: [permission_denied] Permission denied`,
    cancelled: `OperationError: ${subject} was cancelled: [canceled] by the user`,
    poll: `OperationPollError: ${subject} could not be read (it may have expired or been deleted): [not_found] no such operation`,
    timeout: `WaitTimeoutError: ${subject} was not done after 60000 ms (polls: 7); it keeps running: wait again, or resume it later`,
    cancelling:
      "WaitTimeoutError: operation operations/1 was not done after 60000 ms " +
      "(polls: 7, the last failed: [not_found] no such operation); its cancellation was requested",
    aborted: `WaitAbortedError: the wait for ${subject} was aborted; it keeps running: wait again, or resume it later`,
    unpack: `OperationUnpackError: the response of ${subject} is of type acme.Page, not acme.Book`,
    name: "OperationNameError: no name",
  });
  expect(errors.failed.stack?.startsWith(String(errors.failed))).toBe(true);
});

test("toJSON returns the fields that are useful in logs", () => {
  const errors = exampleErrors();
  const about = { operation: ref.name, method: ref.method };
  expect(JSON.parse(JSON.stringify(errors.failed))).toEqual({
    name: "OperationError",
    message: errors.failed.message,
    ...about,
    code: "permission_denied",
    details: [{ type: "google.rpc.ErrorInfo", value: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) }],
  });
  expect(JSON.parse(JSON.stringify(errors.poll))).toEqual({
    name: "OperationPollError",
    message: errors.poll.message,
    ...about,
    code: "not_found",
    failures: 3,
    cause: "[not_found] no such operation",
  });
  expect(JSON.parse(JSON.stringify(errors.aborted))).toMatchObject({ cause: "the page was left" });
  expect(JSON.parse(JSON.stringify(errors.timeout))).toMatchObject({
    timeoutMs: 60_000,
    polls: 7,
    cancelRequested: false,
  });
  expect(JSON.parse(JSON.stringify(errors.unpack))).toMatchObject({ problem: "mismatch", found: "acme.Page" });
});

test("findDetails returns the details of a type", () => {
  const errors = exampleErrors();
  expect(errors.failed.findDetails(ErrorInfoSchema)).toEqual([info]);
  expect(errors.failed.findDetails(RetryInfoSchema)).toEqual([]);
});

describe("instanceof", () => {
  const classes = [
    OperationError,
    OperationPollError,
    WaitTimeoutError,
    WaitAbortedError,
    OperationUnpackError,
    OperationNameError,
  ];

  test("recognizes errors of the class", () => {
    const errors = exampleErrors();
    for (const error of Object.values(errors)) {
      expect(classes.filter((type) => error instanceof type).map(({ name }) => name)).toEqual([error.name]);
      expect(error).toBeInstanceOf(Error);
    }
  });

  test("recognizes errors from another copy of the package", async () => {
    const errors = exampleErrors();
    vi.resetModules();
    const copy = await import("./errors.ts");
    expect(copy.OperationError).not.toBe(OperationError);
    const error: unknown = new copy.OperationError(ref, status);
    expect(error).toBeInstanceOf(OperationError);
    expect(classes.filter((type) => error instanceof type)).toEqual([OperationError]);
    expect(errors.timeout).toBeInstanceOf(copy.WaitTimeoutError);
  });

  test("recognizes instances of a subclass, which keep the name of the subclass", () => {
    const errors = exampleErrors();
    class PaperError extends OperationError {}
    const error = new PaperError(ref, status);
    expect(error.stack).toMatch(/^PaperError: operation/);
    expect(error).toBeInstanceOf(PaperError);
    expect(error).toBeInstanceOf(OperationError);
    expect(errors.failed).not.toBeInstanceOf(PaperError);
  });

  test("rejects all other values", () => {
    // WebCrypto throws errors with the name OperationError.
    const others = [undefined, null, "OperationError", new Error("x"), new DOMException("x", "OperationError"), poll];
    for (const type of classes) {
      expect([...others, { name: type.name, operation: "" }].some((other) => other instanceof type)).toBe(false);
    }
  });

  test("narrows the type in TypeScript", () => {
    const errors = exampleErrors();
    const error: unknown = errors.failed;
    if (error instanceof WaitTimeoutError) {
      expectTypeOf(error).toEqualTypeOf<WaitTimeoutError>();
    } else if (error instanceof OperationError) {
      expectTypeOf(error).toEqualTypeOf<OperationError>();
      expectTypeOf(error.metadata).toEqualTypeOf<Message | undefined>();
    } else if (error instanceof ConnectError) {
      expectTypeOf(error).toEqualTypeOf<ConnectError>();
    }
  });
});

describe("ConnectError", () => {
  test("instanceof and ConnectError.from work as usual", () => {
    const errors = exampleErrors();
    for (const error of Object.values(errors)) {
      expect(error).not.toBeInstanceOf(ConnectError);
      expect(poll).not.toBeInstanceOf(error.constructor);
      const wrapped = ConnectError.from(error);
      expect(wrapped).toBeInstanceOf(ConnectError);
      expect(wrapped.cause).toBe(error);
    }
    expect(errors.poll.cause).toBeInstanceOf(ConnectError);
  });

  test("is the result of toConnectError", () => {
    const errors = exampleErrors();
    const codes = Object.entries(errors).map(([key, error]) => [key, error.toConnectError()] as const);
    expect(codes.every(([, error]) => error instanceof ConnectError)).toBe(true);
    expect(Object.fromEntries(codes.map(([key, error]) => [key, Code[error.code]]))).toEqual({
      failed: "PermissionDenied",
      cancelled: "Canceled",
      poll: "NotFound",
      timeout: "DeadlineExceeded",
      cancelling: "DeadlineExceeded",
      aborted: "Canceled",
      unpack: "Internal",
      name: "Internal",
    });
    expect(errors.failed.toConnectError()).toMatchObject({ rawMessage: "Permission denied", cause: errors.failed });
    expect(errors.failed.toConnectError().findDetails(ErrorInfoSchema)).toEqual([info]);
    expect(errors.poll.toConnectError()).toBe(poll);
    expect(errors.timeout.toConnectError()).toMatchObject({
      rawMessage: errors.timeout.message,
      cause: errors.timeout,
    });
  });

  test("from toConnectError passes code, message and details through another server", async () => {
    const errors = exampleErrors();
    const transport = createRouterTransport(({ rpc }) => {
      rpc(LibraryService.method.getBook, () => {
        throw errors.failed.toConnectError();
      });
    });
    const error = await createClient(LibraryService, transport).getBook({}).catch(ConnectError.from);
    expect(error).toMatchObject({ code: Code.PermissionDenied, rawMessage: "Permission denied" });
    expect((error as ConnectError).findDetails(ErrorInfoSchema)).toEqual([info]);
  });
});

test("an error without a cause has no such property; other errors have theirs", () => {
  expect(new OperationNameError({ name: "" }, "no name")).not.toHaveProperty("cause");
  const down = new OperationPollError(ref, new ConnectError("down", Code.Unavailable), 1);
  expect(down.message).toBe(`${subject} could not be read: [unavailable] down`);
  expect(down).toMatchObject({ failures: 1, code: Code.Unavailable });
  const nameless = new WaitAbortedError({ name: "" }, "left", false);
  expect(nameless.message).toMatch(/^the wait for an unnamed operation was aborted; /);
  expect(nameless).toMatchObject({ cause: "left", cancelRequested: false });
  expect(nameless.toConnectError().details).toEqual([]);
});

test("an error about a response names the problem", () => {
  const cause = new Error("premature EOF");
  const rows = [
    ["acme.Book", { problem: "missing", found: "" }, "is missing"],
    ["acme.Book", { problem: "empty", found: "" }, "is empty"],
    [undefined, { problem: "mismatch", found: "acme.Page" }, "is of type acme.Page, which is not in the registry"],
    ["acme.Book", { problem: "malformed", found: "acme.Book", cause }, `does not parse as acme.Book: ${cause}`],
  ] as const;
  for (const [expected, unpacked, message] of rows) {
    const error = new OperationUnpackError(ref, expected, unpacked);
    expect(error.message).toBe(`the response of ${subject} ${message}`);
    expect(error).toMatchObject({ expected, problem: unpacked.problem, found: unpacked.found });
  }
});
