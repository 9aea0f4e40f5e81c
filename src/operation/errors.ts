import type { DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import type { Any } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { Status } from "../gen/google/rpc/status_pb.js";
import { typeNameOf, type UnpackProblem, unpackAny } from "./any.js";

/** The operation that an error is about. */
export interface OperationRef {
  /** The name that the server gave it. Empty where it gave none. */
  readonly name: string;
  /** The method that starts such operations, such as `acme.library.v1.LibraryService.CreateBook`. */
  readonly method?: string | undefined;
}

/** What all errors about operations have in common. */
abstract class BaseError extends Error {
  /** The name of the operation. Empty where the server gave none. */
  readonly operation: string;
  /** The method that started the operation, where it is known. */
  readonly method: string | undefined;

  constructor(ref: OperationRef, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.operation = ref.name;
    this.method = ref.method;
  }

  /** What a log needs, and JSON can hold. */
  toJSON(): Record<string, unknown> {
    const { name, message, operation, method, cause } = this;
    return { name, message, operation, method, cause: cause && String(cause) };
  }
}

/**
 * The operation itself ended with an error: the server said so in `Operation.error`. `code` is `Code.Canceled` where it
 * was cancelled.
 */
export class OperationError<M extends Message = Message> extends BaseError {
  /** The code of the status. Zero and codes that Connect does not know become `Code.Unknown`. */
  readonly code: Code;
  /** The status as the server sent it. */
  readonly status: Status;
  /** The metadata of the operation when it ended. */
  readonly metadata: M | undefined;

  constructor(ref: OperationRef, status: Status, metadata?: M) {
    const code = status.code in Code ? (status.code as Code) : Code.Unknown;
    const how = code === Code.Canceled ? "was cancelled" : "failed";
    super(ref, `${subject(ref)} ${how}: [${codeToString(code)}] ${status.message}`.trimEnd());
    this.code = code;
    this.status = status;
    this.metadata = metadata;
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
    return { ...super.toJSON(), code: codeToString(this.code), details };
  }
}

/** The state of the operation could not be read. The operation itself may be well, and may go on. */
export class OperationPollError extends BaseError {
  /** The error of the last poll. */
  declare readonly cause: ConnectError;
  /** How many polls have failed in a row. */
  readonly failures: number;

  constructor(ref: OperationRef, cause: ConnectError, failures: number) {
    const hint = cause.code === Code.NotFound ? " It may have been deleted, or have expired." : "";
    const row = failures > 1 ? ` ${failures} times in a row` : "";
    super(ref, `The state of ${lower(ref)} could not be read${row}: ${cause.message}.${hint}`, cause);
    this.failures = failures;
  }

  override get name(): "OperationPollError" {
    return "OperationPollError";
  }

  /** The code of the failed poll, which is not the operation's. */
  get code(): Code {
    return this.cause.code;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), code: codeToString(this.code), failures: this.failures };
  }
}

/** What a wait that timed out has seen. */
export interface TimeoutFacts<M extends Message = Message> {
  /** The timeout of the wait, in milliseconds. */
  readonly timeoutMs: number;
  /** How many polls were made during the wait. */
  readonly polls: number;
  /** Whether the server has taken a request to cancel the operation, because of `onTimeout: "cancel"`. */
  readonly cancelRequested: boolean;
  /** The latest metadata. */
  readonly metadata: M | undefined;
}

/** The wait took longer than its timeout. The operation goes on at the server. */
export class OperationTimeoutError<M extends Message = Message> extends BaseError implements TimeoutFacts<M> {
  /** The error of the last poll, if that failed. */
  declare readonly cause: ConnectError | undefined;
  readonly timeoutMs: number;
  readonly polls: number;
  readonly cancelRequested: boolean;
  readonly metadata: M | undefined;

  constructor(ref: OperationRef, facts: TimeoutFacts<M>, lastPoll: ConnectError | undefined) {
    const polls = `${facts.polls} ${facts.polls === 1 ? "poll" : "polls"}`;
    const failed = lastPoll ? `, the last of which failed: ${lastPoll.message}` : "";
    const next = facts.cancelRequested ? "Its cancellation was requested." : "It goes on: wait again, or resume it.";
    super(ref, `${subject(ref)} was not done after ${facts.timeoutMs} ms and ${polls}${failed}. ${next}`, lastPoll);
    this.timeoutMs = facts.timeoutMs;
    this.polls = facts.polls;
    this.cancelRequested = facts.cancelRequested;
    this.metadata = facts.metadata;
  }

  override get name(): "OperationTimeoutError" {
    return "OperationTimeoutError";
  }

  override toJSON(): Record<string, unknown> {
    const { timeoutMs, polls, cancelRequested } = this;
    return { ...super.toJSON(), timeoutMs, polls, cancelRequested };
  }
}

/** The caller's signal ended the wait; `cause` is its reason. The operation goes on at the server. */
export class OperationAbortedError extends BaseError {
  constructor(ref: OperationRef, reason: unknown) {
    super(ref, `The wait for ${lower(ref)} was aborted. The operation goes on: wait again, or resume it.`, reason);
  }

  override get name(): "OperationAbortedError" {
    return "OperationAbortedError";
  }
}

/** The response or the metadata of the operation is not the message that the method promises. */
export class OperationUnpackError extends BaseError {
  /** Missing; an empty Any; of another type; of a type that the registry does not know; or bytes that do not parse. */
  readonly problem: UnpackProblem;
  /** The type that was expected. Undefined where any type of a registry was. */
  readonly expected: string | undefined;
  /** The type that the Any names. */
  readonly found: string;

  constructor(
    ref: OperationRef,
    field: "response" | "metadata",
    expected: string | undefined,
    { problem, found, cause }: { problem: UnpackProblem; found: string; cause?: unknown },
  ) {
    const what: Record<UnpackProblem, string> = {
      missing: "is missing",
      empty: "is an empty Any",
      mismatch: `holds ${found}`,
      unknown: `holds ${found}, which the registry does not know`,
      malformed: `holds bytes that are no ${found}: ${cause}`,
    };
    const want = expected && problem !== "malformed" ? `, expected ${expected}` : "";
    super(ref, `The ${field} of ${lower(ref)} ${what[problem]}${want}.`, cause);
    this.problem = problem;
    this.expected = expected;
    this.found = found;
  }

  override get name(): "OperationUnpackError" {
    return "OperationUnpackError";
  }

  override toJSON(): Record<string, unknown> {
    const { problem, expected, found } = this;
    return { ...super.toJSON(), problem, expected, found };
  }
}

/** A name or token that does not lead to an operation of this method, or the lack of one. */
export class OperationNameError extends BaseError {
  override get name(): "OperationNameError" {
    return "OperationNameError";
  }
}

/** Whether a value is an OperationError, of this copy of the package or another. */
export const isOperationError: Guard<OperationError> = /*@__PURE__*/ guard("OperationError");
/** Whether a value is an OperationPollError, of this copy of the package or another. */
export const isOperationPollError: Guard<OperationPollError> = /*@__PURE__*/ guard("OperationPollError");
/** Whether a value is an OperationTimeoutError, of this copy of the package or another. */
export const isOperationTimeoutError: Guard<OperationTimeoutError> = /*@__PURE__*/ guard("OperationTimeoutError");
/** Whether a value is an OperationAbortedError, of this copy of the package or another. */
export const isOperationAbortedError: Guard<OperationAbortedError> = /*@__PURE__*/ guard("OperationAbortedError");
/** Whether a value is an OperationUnpackError, of this copy of the package or another. */
export const isOperationUnpackError: Guard<OperationUnpackError> = /*@__PURE__*/ guard("OperationUnpackError");
/** Whether a value is an OperationNameError, of this copy of the package or another. */
export const isOperationNameError: Guard<OperationNameError> = /*@__PURE__*/ guard("OperationNameError");

/** Tells whether a value is an error of one class. */
export type Guard<E extends Error> = (error: unknown) => error is E;

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

function subject(ref: OperationRef): string {
  return `Operation ${ref.name || "without a name"}${ref.method ? ` of ${ref.method}` : ""}`;
}

function lower(ref: OperationRef): string {
  return subject(ref).replace("O", "o");
}
