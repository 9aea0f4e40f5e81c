import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test, vi } from "vitest";
import { ErrorInfoSchema, RetryInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import {
  isOperationAbortedError,
  isOperationError,
  isOperationNameError,
  isOperationPollError,
  isOperationTimeoutError,
  isOperationUnpackError,
  OperationAbortedError,
  OperationError,
  OperationNameError,
  OperationPollError,
  OperationTimeoutError,
  OperationUnpackError,
} from "./errors.ts";

const ref = { name: "operations/1", method: "acme.library.v1.LibraryService.CreateBook" };
const subject = "operation operations/1 of acme.library.v1.LibraryService.CreateBook";
const info = create(ErrorInfoSchema, { reason: "QUOTA", domain: "acme.example" });
const details = [anyPack(ErrorInfoSchema, info)];
const status = create(StatusSchema, { code: Code.PermissionDenied, message: "Permission denied", details });
const poll = new ConnectError("no such operation", Code.NotFound);
const facts = { timeoutMs: 60_000, polls: 7, cancelRequested: false, metadata: undefined };

const errors = {
  failed: new OperationError(ref, status),
  cancelled: new OperationError(ref, create(StatusSchema, { code: Code.Canceled, message: "by the user" })),
  poll: new OperationPollError(ref, poll, 3),
  timeout: new OperationTimeoutError(ref, facts),
  cancelling: new OperationTimeoutError({ name: "operations/1" }, { ...facts, cancelRequested: true }, poll),
  aborted: new OperationAbortedError(ref, new Error("the page was left")),
  unpack: new OperationUnpackError(ref, "response", "acme.Book", { problem: "mismatch", found: "acme.Page" }),
  name: new OperationNameError({ name: "" }, "there is no name"),
};

test("an error says which operation it is about, what happened, and what can be done", () => {
  expect(Object.fromEntries(Object.entries(errors).map(([key, error]) => [key, String(error)]))).toEqual({
    failed: `OperationError: ${subject} failed: [permission_denied] Permission denied`,
    cancelled: `OperationError: ${subject} was cancelled: [canceled] by the user`,
    poll: `OperationPollError: ${subject} could not be read (it may have been deleted, or have expired): [not_found] no such operation`,
    timeout: `OperationTimeoutError: ${subject} was not done after 60000 ms (polls: 7); it goes on: wait again, or resume it later`,
    cancelling:
      "OperationTimeoutError: operation operations/1 was not done after 60000 ms " +
      "(polls: 7, the last failed with [not_found] no such operation); it was asked to cancel",
    aborted: `OperationAbortedError: the wait for ${subject} was aborted; it goes on: wait again, or resume it later`,
    unpack: `OperationUnpackError: the response of ${subject} is of type acme.Page, not acme.Book`,
    name: "OperationNameError: there is no name",
  });
});

test("an error in JSON holds what a log needs", () => {
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

test("an error of an operation finds its details by their type", () => {
  expect(errors.failed.findDetails(ErrorInfoSchema)).toEqual([info]);
  expect(errors.failed.findDetails(RetryInfoSchema)).toEqual([]);
});

describe("guards", () => {
  const guards = {
    OperationError: isOperationError,
    OperationPollError: isOperationPollError,
    OperationTimeoutError: isOperationTimeoutError,
    OperationAbortedError: isOperationAbortedError,
    OperationUnpackError: isOperationUnpackError,
    OperationNameError: isOperationNameError,
  };

  test("know the errors of their own class", () => {
    for (const error of Object.values(errors)) {
      const matching = Object.entries(guards).filter(([, guard]) => guard(error));
      expect(matching.map(([name]) => name)).toEqual([error.name]);
    }
  });

  test("know those of another copy of the package", async () => {
    vi.resetModules();
    const copy = await import("./errors.ts");
    const error = new copy.OperationError(ref, status);
    expect(error).not.toBeInstanceOf(OperationError);
    expect(isOperationError(error)).toBe(true);
  });

  test("know nothing else", () => {
    for (const guard of Object.values(guards)) {
      expect([undefined, null, "OperationError", new Error("x"), poll, { name: guard.name }].some(guard)).toBe(false);
    }
  });
});

test("ConnectError is not disturbed", () => {
  for (const error of Object.values(errors)) {
    expect(error).not.toBeInstanceOf(ConnectError);
    expect(poll).not.toBeInstanceOf(error.constructor);
    const wrapped = ConnectError.from(error);
    expect(wrapped).toBeInstanceOf(ConnectError);
    expect(wrapped.cause).toBe(error);
  }
  expect(errors.poll.cause).toBeInstanceOf(ConnectError);
});
