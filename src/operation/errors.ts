import type { DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import type { Any } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { Status } from "../gen/google/rpc/status_pb.ts";
import { typeNameOf, type UnpackProblem, unpackAny } from "./any.ts";

/** The operation that an error is about. */
export interface OperationRef {
  /** The name that the server gave it. Empty where it gave none. */
  readonly name: string;
  /** The method that starts such operations, such as `acme.library.v1.LibraryService.CreateBook`. */
  readonly method?: string | undefined;
}

/** What an error may know, besides what JSON can hold as it is. */
interface Facts {
  readonly status?: unknown;
  readonly metadata?: unknown;
  readonly code?: Code;
  readonly cause?: { readonly message?: string };
}

/** What all errors about operations have in common. */
abstract class BaseError extends Error {
  /** The name of the operation. Empty where the server gave none. */
  declare readonly operation: string;
  /** The method that started the operation, where it is known. */
  declare readonly method: string | undefined;

  constructor({ name, method }: OperationRef, message: string, facts?: object, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { operation: name, method }, facts);
  }

  /** What helps in a log. Messages are left out: they can be large, and JSON cannot hold all of them. */
  toJSON(): Record<string, unknown> {
    const { name, message } = this;
    const { status, metadata, code, cause, ...facts } = this as Facts;
    return { name, message, ...facts, code: code && codeToString(code), cause: cause?.message ?? cause };
  }
}

/**
 * The operation itself ended with an error: the server said so in `Operation.error`. The code is `Code.Canceled` where
 * it was cancelled.
 */
export class OperationError<M extends Message = Message> extends BaseError {
  /** The code of the status. Zero, and codes that Connect does not know, become `Code.Unknown`. */
  declare readonly code: Code;
  /** The status as the server sent it. */
  declare readonly status: Status;
  /** The metadata of the operation when it ended. */
  declare readonly metadata: M | undefined;

  constructor(ref: OperationRef, status: Status, metadata?: M) {
    const code = status.code in Code ? (status.code as Code) : Code.Unknown;
    const how = code === Code.Canceled ? "was cancelled" : "failed";
    super(ref, `${describe(ref)} ${how}: [${codeToString(code)}] ${status.message}`, { code, status, metadata });
  }

  override get name(): "OperationError" {
    return "OperationError";
  }

  /** The error details of one type, such as `ErrorInfoSchema`. Details that cannot be read are left out. */
  findDetails<D extends DescMessage>(schema: D): MessageShape<D>[] {
    return findDetails(this.status.details, schema);
  }

  override toJSON(): Record<string, unknown> {
    const details = this.status.details.map((any) => ({ type: typeNameOf(any), value: base64Encode(any.value) }));
    return { ...super.toJSON(), details };
  }
}

/** The state of the operation could not be read; `cause` is the error of the last poll. The operation may be well. */
export class OperationPollError extends BaseError {
  declare readonly cause: ConnectError;
  /** The code of the last poll's error, which is not the operation's. */
  declare readonly code: Code;
  /** How many polls have failed in a row. */
  declare readonly failures: number;

  constructor(ref: OperationRef, cause: ConnectError, failures: number) {
    const { code, message } = cause;
    const hint = code === Code.NotFound ? " (it may have been deleted, or have expired)" : "";
    super(ref, `${describe(ref)} could not be read${hint}: ${message}`, { code, failures }, cause);
  }

  override get name(): "OperationPollError" {
    return "OperationPollError";
  }
}

/** What a wait that timed out has seen. */
export interface TimeoutFacts<M extends Message = Message> {
  /** The timeout of the wait, in milliseconds. */
  readonly timeoutMs: number;
  /** How many polls there were during the wait. */
  readonly polls: number;
  /** Whether the server has taken a request to cancel the operation, because of `onTimeout: "cancel"`. */
  readonly cancelRequested: boolean;
  /** The latest metadata. */
  readonly metadata: M | undefined;
}

/** The wait took longer than its timeout. `cause` is the error of the last poll, if that failed. */
export class OperationTimeoutError<M extends Message = Message> extends BaseError implements TimeoutFacts<M> {
  declare readonly cause: ConnectError | undefined;
  declare readonly timeoutMs: number;
  declare readonly polls: number;
  declare readonly cancelRequested: boolean;
  declare readonly metadata: M | undefined;

  constructor(ref: OperationRef, facts: TimeoutFacts<M>, lastPoll?: ConnectError) {
    const { timeoutMs, polls, cancelRequested } = facts;
    const failed = lastPoll ? `, the last failed with ${lastPoll.message}` : "";
    const next = cancelRequested ? "it was asked to cancel" : "it goes on: wait again, or resume it later";
    super(
      ref,
      `${describe(ref)} was not done after ${timeoutMs} ms (polls: ${polls}${failed}); ${next}`,
      facts,
      lastPoll,
    );
  }

  override get name(): "OperationTimeoutError" {
    return "OperationTimeoutError";
  }
}

/** The caller's signal ended the wait; `cause` is its reason. The operation goes on. */
export class OperationAbortedError extends BaseError {
  constructor(ref: OperationRef, reason: unknown) {
    super(ref, `the wait for ${describe(ref)} was aborted; it goes on: wait again, or resume it later`, {}, reason);
  }

  override get name(): "OperationAbortedError" {
    return "OperationAbortedError";
  }
}

/** The response of the operation is not the message that the method promises. */
export class OperationUnpackError extends BaseError {
  /** Whether it is missing, an empty Any, of a type that was not expected, or does not parse. */
  declare readonly problem: UnpackProblem;
  /** The type that was expected. Undefined where any type of a registry was. */
  declare readonly expected: string | undefined;
  /** The type that the Any names. */
  declare readonly found: string;

  constructor(
    ref: OperationRef,
    expected: string | undefined,
    { problem, found, cause }: { problem: UnpackProblem; found: string; cause?: unknown },
  ) {
    const what =
      problem === "mismatch"
        ? `is of type ${found}, ${expected ? `not ${expected}` : "which the registry does not have"}`
        : problem === "malformed"
          ? `does not parse as ${found}: ${cause}`
          : `is ${problem}`;
    super(ref, `the response of ${describe(ref)} ${what}`, { problem, expected, found }, cause);
  }

  override get name(): "OperationUnpackError" {
    return "OperationUnpackError";
  }
}

/** A name or token that does not lead to an operation of the method, or the lack of one. */
export class OperationNameError extends BaseError {
  override get name(): "OperationNameError" {
    return "OperationNameError";
  }
}

/** Tells whether a value is an error of one class, of this copy of the package or another. */
export type Guard<E extends Error> = (error: unknown) => error is E;

export const isOperationError: Guard<OperationError> = /*@__PURE__*/ guard("OperationError");
export const isOperationPollError: Guard<OperationPollError> = /*@__PURE__*/ guard("OperationPollError");
export const isOperationTimeoutError: Guard<OperationTimeoutError> = /*@__PURE__*/ guard("OperationTimeoutError");
export const isOperationAbortedError: Guard<OperationAbortedError> = /*@__PURE__*/ guard("OperationAbortedError");
export const isOperationUnpackError: Guard<OperationUnpackError> = /*@__PURE__*/ guard("OperationUnpackError");
export const isOperationNameError: Guard<OperationNameError> = /*@__PURE__*/ guard("OperationNameError");

// By name, because each copy of the package has classes of its own.
function guard<E extends Error>(name: E["name"]): Guard<E> {
  return (error): error is E => error instanceof Error && error.name === name && "operation" in error;
}

/** The google.rpc details of one type. Details that cannot be read are left out. */
export function findDetails<D extends DescMessage>(details: readonly Any[], schema: D): MessageShape<D>[] {
  return details.flatMap((any) => {
    const unpacked = unpackAny(any, schema);
    return "message" in unpacked ? [unpacked.message] : [];
  });
}

function describe({ name, method }: OperationRef): string {
  return `operation ${name || "without a name"}${method ? ` of ${method}` : ""}`;
}
