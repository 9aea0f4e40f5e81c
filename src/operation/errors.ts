import type { DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { Status } from "../gen/google/rpc/status_pb.ts";
import { type OperationUnpackProblem, typeNameOf } from "./any.ts";

/** The operation that an error is about. */
export interface OperationRef {
  /** The name that the server gave it. Empty where it gave none. */
  readonly name: string;
  /** The method that starts such operations, such as `acme.library.v1.LibraryService.CreateBook`. */
  readonly method?: string | undefined;
}

/** What an error may know, besides what JSON can hold as it is. */
interface Facts {
  readonly status?: Status;
  readonly metadata?: unknown;
  readonly code?: Code;
  readonly cause?: { readonly message?: string };
}

/** What all errors about operations have in common. */
abstract class BaseError<N extends string> extends Error {
  /** The name of the operation. Empty where the server gave none. */
  declare readonly operation: string;
  /** The method that started the operation, where it is known. */
  declare readonly method: string | undefined;

  constructor({ name, method }: OperationRef, message: string, facts?: object, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { operation: name, method }, facts);
  }

  // Of the prototype, so that a stack begins with it. Classes name themselves, because minifiers rename them.
  override get name(): N {
    return this.constructor.name as N;
  }

  /**
   * The same as an error of Connect, with this one as its cause, for servers that pass it on to callers of their own.
   * Its code says who failed as well as a code can; where there are details, it has them.
   */
  toConnectError(): ConnectError {
    return connectError(this, Code.Internal, this.message);
  }

  /** What helps in a log. Messages are left out: they can be large, and JSON cannot hold all of them. */
  toJSON(): Record<string, unknown> {
    const { name, message } = this;
    const { status, metadata, code, cause, ...facts } = this as Facts;
    const details = status?.details.map((any) => ({ type: typeNameOf(any), value: base64Encode(any.value) }));
    return { name, message, ...facts, details, code: code && codeToString(code), cause: cause?.message ?? cause };
  }

  /** Also knows the errors of another copy of the package, by their name. */
  static override [Symbol.hasInstance]<T extends ErrorClass>(this: T, value: unknown): value is InstanceType<T> {
    // biome-ignore-start lint/complexity/noThisInStatic: it is about whichever class is asked.
    const isNamed = value instanceof Error && value.name === this.name && "operation" in value;
    return isNamed || super[Symbol.hasInstance](value);
    // biome-ignore-end lint/complexity/noThisInStatic: it is about whichever class is asked.
  }
}

type ErrorClass = abstract new (...args: never) => unknown;

/**
 * The operation itself ended with an error: the server said so in `Operation.error`. The code is `Code.Canceled` where
 * it was cancelled.
 */
export class OperationError<M extends Message = Message> extends BaseError<"OperationError"> {
  static override readonly name = "OperationError";
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

  /** The error of the operation as one of Connect: its code, and the message and details of its status. */
  override toConnectError(): ConnectError {
    const { message, details } = this.status;
    return connectError(
      this,
      this.code,
      message,
      details.map((any) => ({ type: typeNameOf(any), value: any.value })),
    );
  }

  /** The error details of one type, such as `ErrorInfoSchema`. Details that cannot be read are left out. */
  findDetails<D extends DescMessage>(schema: D): MessageShape<D>[] {
    return this.toConnectError().findDetails(schema);
  }
}

/** The state of the operation could not be read; `cause` is the error of the last poll. The operation may be well. */
export class OperationPollError extends BaseError<"OperationPollError"> {
  static override readonly name = "OperationPollError";
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

  /** The error of the last poll. */
  override toConnectError(): ConnectError {
    return this.cause;
  }
}

/** What a wait that timed out has seen. */
export interface TimeoutFacts<M extends Message = Message> {
  /** The timeout of the wait, in milliseconds. */
  readonly timeoutMs: number;
  /** How many polls there were during the wait. */
  readonly polls: number;
  /** Whether the server has taken a request to cancel the operation, because of `cancelOn`. */
  readonly cancelRequested: boolean;
  /** The latest metadata. */
  readonly metadata: M | undefined;
}

/** The wait took longer than its timeout, and not the operation than its own. `cause` is the error of the last poll, if that failed. */
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
    const failed = lastPoll ? `, the last failed with ${lastPoll.message}` : "";
    super(
      ref,
      `${describe(ref)} was not done after ${timeoutMs} ms (polls: ${polls}${failed}); ${next(cancelRequested)}`,
      facts,
      lastPoll,
    );
  }

  /** The code is DEADLINE_EXCEEDED. */
  override toConnectError(): ConnectError {
    return connectError(this, Code.DeadlineExceeded, this.message);
  }
}

/** The caller's signal ended the wait, or a poll; `cause` is its reason. The operation goes on. */
export class WaitAbortedError extends BaseError<"WaitAbortedError"> {
  static override readonly name = "WaitAbortedError";
  /** Whether the server has taken a request to cancel the operation, because of `cancelOn`. */
  declare readonly cancelRequested: boolean;

  constructor(ref: OperationRef, reason: unknown, cancelRequested: boolean) {
    super(ref, `the wait for ${describe(ref)} was aborted; ${next(cancelRequested)}`, { cancelRequested }, reason);
  }

  /** The code is CANCELED. */
  override toConnectError(): ConnectError {
    return connectError(this, Code.Canceled, this.message);
  }
}

/** The response of the operation is not the message that the method promises. */
export class OperationUnpackError extends BaseError<"OperationUnpackError"> {
  static override readonly name = "OperationUnpackError";
  /** Whether it is missing, an empty Any, of a type that was not expected, or does not parse. */
  declare readonly problem: OperationUnpackProblem;
  /** The type that was expected. Undefined where any type of a registry was. */
  declare readonly expected: string | undefined;
  /** The type that the Any names. */
  declare readonly found: string;

  constructor(
    ref: OperationRef,
    expected: string | undefined,
    { problem, found, cause }: { problem: OperationUnpackProblem; found: string; cause?: unknown },
  ) {
    const what =
      problem === "mismatch"
        ? `is of type ${found}, ${expected ? `not ${expected}` : "which the registry does not have"}`
        : problem === "malformed"
          ? `does not parse as ${found}: ${cause}`
          : `is ${problem}`;
    super(ref, `the response of ${describe(ref)} ${what}`, { problem, expected, found }, cause);
  }
}

/** A name or token that does not lead to an operation of the method, or the lack of one. */
export class OperationNameError extends BaseError<"OperationNameError"> {
  static override readonly name = "OperationNameError";
}

function describe({ name, method }: OperationRef): string {
  return `operation ${name || "without a name"}${method ? ` of ${method}` : ""}`;
}

/** What becomes of an operation that nobody waits for any more. */
function next(cancelRequested: boolean): string {
  return cancelRequested ? "it was asked to cancel" : "it goes on: wait again, or resume it later";
}

function connectError(cause: BaseError<string>, code: Code, message: string, details: object[] = []): ConnectError {
  // Details that came in have a type and bytes, which its constructor takes as well, but does not say so.
  return new ConnectError(message, code, undefined, details as [], cause);
}
