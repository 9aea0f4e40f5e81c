import type { DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { Status } from "../gen/google/rpc/status_pb.ts";
import { type OperationUnpackProblem, typeNameOf } from "./any.ts";

/** The operation that an error is about. */
export interface OperationRef {
  /** The name that the server assigned. Empty if it assigned none. */
  readonly name: string;
  /** The full name of the method that started it, such as `acme.library.v1.LibraryService.CreateBook`, if known. */
  readonly method?: string | undefined;
}

/** The fields of errors that `toJSON` cannot copy as they are. */
interface Facts {
  readonly status?: Status;
  readonly metadata?: unknown;
  readonly code?: Code;
  readonly cause?: { readonly message?: string };
}

/** The base class of all errors about operations. */
abstract class BaseError<N extends string> extends Error {
  /** The name of the operation. Empty if the server assigned none. */
  declare readonly operation: string;
  /** The full name of the method that started the operation. `undefined` if it is not known. */
  declare readonly method: string | undefined;

  constructor({ name, method }: OperationRef, message: string, facts?: object, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { operation: name, method }, facts);
  }

  // An accessor of the prototype, because the stack captures the name before the constructor could set a field. Each
  // class has a static name, because minifiers rename classes.
  override get name(): N {
    return this.constructor.name as N;
  }

  /**
   * Converts this error to a ConnectError, with this error as its cause, so that a server can return it to its own
   * callers. The code is INTERNAL unless a subclass specifies another one.
   */
  toConnectError(): ConnectError {
    return connectError(this, Code.Internal, this.message);
  }

  /**
   * Returns the fields that are useful in logs. Omits the Protobuf messages `status` and `metadata`, which can be large
   * or not representable in JSON, but includes the status's details, encoded in base64.
   */
  toJSON(): Record<string, unknown> {
    const { name, message } = this;
    const { status, metadata, code, cause, ...facts } = this as Facts;
    const details = status?.details.map((any) => ({ type: typeNameOf(any), value: base64Encode(any.value) }));
    return { name, message, ...facts, details, code: code && codeToString(code), cause: cause?.message ?? cause };
  }

  /** Compares names, so that `instanceof` also recognizes errors from another copy of the package. */
  static override [Symbol.hasInstance]<T extends ErrorClass>(this: T, value: unknown): value is InstanceType<T> {
    // biome-ignore-start lint/complexity/noThisInStatic: `this` is the class on the right of instanceof.
    const isNamed = value instanceof Error && value.name === this.name && "operation" in value;
    return isNamed || super[Symbol.hasInstance](value);
    // biome-ignore-end lint/complexity/noThisInStatic: `this` is the class on the right of instanceof.
  }
}

type ErrorClass = abstract new (...args: never) => unknown;

/**
 * The operation failed or was cancelled: the server returned `Operation.error`. If the operation was cancelled, the
 * code is `Code.Canceled`.
 */
export class OperationError<M extends Message = Message> extends BaseError<"OperationError"> {
  static override readonly name = "OperationError";
  /** The code of the status, even if it is not one of Connect's. `Code.Unknown` if the status has code 0. */
  declare readonly code: Code;
  /** The google.rpc.Status, as the server sent it. */
  declare readonly status: Status;
  /** The final metadata. `undefined` if there is none, or if it is not of the method's metadata type. */
  declare readonly metadata: M | undefined;

  constructor(ref: OperationRef, status: Status, metadata?: M) {
    const code: Code = status.code || Code.Unknown;
    const how = code === Code.Canceled ? "was cancelled" : "failed";
    super(ref, `${describe(ref)} ${how}: [${codeToString(code)}] ${status.message}`, { code, status, metadata });
  }

  /**
   * Converts the operation's error to a ConnectError with the message and details of its status, and with its code, or
   * `Code.Unknown` if the code is not one of Connect's.
   */
  override toConnectError(): ConnectError {
    const { message, details } = this.status;
    return connectError(
      this,
      this.code in Code ? this.code : Code.Unknown,
      message,
      details.map((any) => ({ type: typeNameOf(any), value: any.value })),
    );
  }

  /**
   * Returns the error details of one type, such as google.rpc.ErrorInfo with `ErrorInfoSchema`. Omits details that do
   * not parse.
   */
  findDetails<D extends DescMessage>(schema: D): MessageShape<D>[] {
    return this.toConnectError().findDetails(schema);
  }
}

/**
 * Reading the state of the operation failed; the operation itself may be unaffected. `cause` is the error of the last
 * poll.
 */
export class OperationPollError extends BaseError<"OperationPollError"> {
  static override readonly name = "OperationPollError";
  declare readonly cause: ConnectError;
  /** The code of the last poll's error, not of the operation. */
  declare readonly code: Code;
  /** The number of consecutive polls that failed. */
  declare readonly failures: number;

  constructor(ref: OperationRef, cause: ConnectError, failures: number) {
    const { code, message } = cause;
    const hint = code === Code.NotFound ? " (it may have expired or been deleted)" : "";
    super(ref, `${describe(ref)} could not be read${hint}: ${message}`, { code, failures }, cause);
  }

  /** Returns the error of the last poll. */
  override toConnectError(): ConnectError {
    return this.cause;
  }
}

/** The facts that a WaitTimeoutError reports. */
export interface TimeoutFacts<M extends Message = Message> {
  /** The timeout of the wait, in milliseconds. */
  readonly timeoutMs: number;
  /** The number of polls during the wait. */
  readonly polls: number;
  /**
   * Whether the wait asked the server to cancel the operation (see `cancelOn`), and the server accepted the request.
   */
  readonly cancelRequested: boolean;
  /** The latest metadata. */
  readonly metadata: M | undefined;
}

/**
 * The wait exceeded its timeout. The operation keeps running, unless `cancelRequested`. `cause` is the error of the
 * last poll, if it failed.
 */
export class WaitTimeoutError<M extends Message = Message>
  extends BaseError<"WaitTimeoutError">
  implements TimeoutFacts<M>
{
  static override readonly name = "WaitTimeoutError";
  declare readonly cause: ConnectError | undefined;
  declare readonly timeoutMs: number;
  declare readonly polls: number;
  declare readonly cancelRequested: boolean;
  declare readonly metadata: M | undefined;

  constructor(ref: OperationRef, facts: TimeoutFacts<M>, lastPoll?: ConnectError) {
    const { timeoutMs, polls, cancelRequested } = facts;
    const failed = lastPoll ? `, the last failed: ${lastPoll.message}` : "";
    super(
      ref,
      `${describe(ref)} was not done after ${timeoutMs} ms (polls: ${polls}${failed}); ${next(cancelRequested)}`,
      facts,
      lastPoll,
    );
  }

  /** Converts this error to a ConnectError with code DEADLINE_EXCEEDED. */
  override toConnectError(): ConnectError {
    return connectError(this, Code.DeadlineExceeded, this.message);
  }
}

/**
 * The caller's signal ended the wait or poll; `cause` is its reason. The operation keeps running, unless
 * `cancelRequested`.
 */
export class WaitAbortedError extends BaseError<"WaitAbortedError"> {
  static override readonly name = "WaitAbortedError";
  /**
   * Whether the wait asked the server to cancel the operation (see `cancelOn`), and the server accepted the request.
   */
  declare readonly cancelRequested: boolean;

  constructor(ref: OperationRef, reason: unknown, cancelRequested: boolean) {
    super(ref, `the wait for ${describe(ref)} was aborted; ${next(cancelRequested)}`, { cancelRequested }, reason);
  }

  /** Converts this error to a ConnectError with code CANCELED. */
  override toConnectError(): ConnectError {
    return connectError(this, Code.Canceled, this.message);
  }
}

/** The operation succeeded, but its response is not a message of the method's response type. */
export class OperationUnpackError extends BaseError<"OperationUnpackError"> {
  static override readonly name = "OperationUnpackError";
  /** Whether the response is not set, has no type, has an unexpected type, or does not parse. */
  declare readonly problem: OperationUnpackProblem;
  /** The full name of the expected type. `undefined` if any type in a registry was expected. */
  declare readonly expected: string | undefined;
  /** The full name of the type in the Any. Empty if there is none. */
  declare readonly found: string;

  constructor(
    ref: OperationRef,
    expected: string | undefined,
    { problem, found, cause }: { problem: OperationUnpackProblem; found: string; cause?: unknown },
  ) {
    const what =
      problem === "mismatch"
        ? `is of type ${found}, ${expected ? `not ${expected}` : "which is not in the registry"}`
        : problem === "malformed"
          ? `does not parse as ${found}: ${cause}`
          : `is ${problem}`;
    super(ref, `the response of ${describe(ref)} ${what}`, { problem, expected, found }, cause);
  }
}

/**
 * A name is missing, a token is malformed or belongs to another method, or a server started an operation that has no
 * name and is not done.
 */
export class OperationNameError extends BaseError<"OperationNameError"> {
  static override readonly name = "OperationNameError";
}

function describe({ name, method }: OperationRef): string {
  return `${name ? `operation ${name}` : "an unnamed operation"}${method ? ` of ${method}` : ""}`;
}

/** Describes what happens to the operation after the wait. */
function next(cancelRequested: boolean): string {
  return cancelRequested ? "its cancellation was requested" : "it keeps running: wait again, or resume it later";
}

function connectError(cause: BaseError<string>, code: Code, message: string, details: object[] = []): ConnectError {
  // The constructor accepts details with a type and bytes, as received, but its types do not.
  return new ConnectError(message, code, undefined, details as [], cause);
}
