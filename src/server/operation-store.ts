/*
 * What the server asks of an engine: to keep operations, and to hand each to one worker at a time. Messages cross this
 * line as bytes, so that an engine needs no schema, and a server can serve operations whose method it does not know.
 */
import type { Filter } from "./filter.ts";
import type { LroTransaction } from "./handler.ts";
import type { Log } from "./log.ts";

export interface EngineOptions {
  /** How long a worker holds an operation without a sign of life. */
  readonly leaseSeconds: number;
  /** How often `sweep` will be called. */
  readonly sweepSeconds: number;
  /** How often to make sure that events can still come, in milliseconds. */
  readonly heartbeatMs: number;
  readonly log: Log;
}

/**
 * How operations with one key share the resource that the key names. `allow`: they run at the same time. `queue`: one
 * after another, in the order in which they were started. `abort`: while one is not done, starting another is refused.
 * `preempt`: the latest runs, earlier ones end with ABORTED.
 */
export type Parallel = "allow" | "queue" | "abort" | "preempt";

/** A stored operation, as the Operations service shows it. */
export interface StoredOperation {
  readonly id: string;
  readonly name: string;
  /** The method that started it, such as `acme.library.v1.LibraryService.CreateBook`. */
  readonly method: string;
  /** Who started it. */
  readonly principal: string;
  /** A google.protobuf.Any. */
  readonly metadata: Uint8Array | undefined;
  readonly done: boolean;
  readonly result: Result | undefined;
  /** Deleted operations are kept until their work has ended. */
  readonly deleted: boolean;
}

/** How an operation ended: with a google.protobuf.Any, or with a google.rpc.Status. */
export type Result = { readonly response: Uint8Array } | { readonly error: Uint8Array };

/** An operation to be. */
export interface NewOperation {
  /** A UUID. Operations that are created in the same instant are in the order of their ids. */
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly principal: string;
  /** The encoded request. */
  readonly request: Uint8Array;
  /** Makes the start idempotent: within a method and a principal, an id stands for one request (AIP-155). */
  readonly requestId: string | undefined;
  /** Undefined where the method has no key for the request, which allows everything. */
  readonly key: string | undefined;
  readonly parallel: Parallel;
  /** How often a worker may crash or lose its lease before the operation fails. */
  readonly maxAttempts: number;
  /** How long it is kept once it is done. */
  readonly expireAfterSeconds: number;
  /** Present where there is nothing left to run. */
  readonly result: Result | undefined;
  /** A google.rpc.Status for the operations that this one preempts. */
  readonly preempted: Uint8Array;
  /** The trace context of the call that starts it. */
  readonly trace: string | undefined;
}

/** What came of a start. */
export type StartOutcome =
  | { readonly operation: StoredOperation }
  /** `busy`: another operation holds the key. `mismatch`: the request id stands for another request. */
  | { readonly refused: "busy" | "mismatch" | "name-taken" };

/** An operation that this process may run, until it is settled or its lease is lost. */
export interface Claim {
  readonly operation: StoredOperation;
  readonly request: Uint8Array;
  /** Counts the claims of an operation, from 1. A claim whose number has passed can write nothing any more. */
  readonly attempt: number;
  readonly cancelRequested: boolean;
  readonly trace: string | undefined;
  /** What the engine took it from. */
  readonly queue: string;
  /** The engine's own fence. */
  readonly lease: number;
}

/** What a renewal found: `held`, or why the work should stop. */
export type ClaimState = "held" | "cancelled" | "preempted" | "lost";

/** What a worker writes when the work has ended. */
export interface Settlement {
  readonly result: Result;
  /** The last metadata. Undefined leaves what is stored. */
  readonly metadata: Uint8Array | undefined;
}

/** A page of operations, the newest first. */
export interface ListQuery {
  /** What comes before the last segment of the names: `operations`, or `publishers/1/operations`. */
  readonly collection: string;
  /** Undefined lists everybody's. */
  readonly principal: string | undefined;
  readonly filter: Filter | undefined;
  /** The last operation of the page before. */
  readonly after: { readonly createTime: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** A listed operation, and its place in the order. */
export interface ListedOperation extends StoredOperation {
  /** The creation time to the microsecond, which a Date cannot hold. */
  readonly position: string;
}

/** Something that changed, in this process or another. Events may be lost: whoever waits for one also looks now and then. */
export type StoreEvent =
  /** An operation was settled, or asked to cancel. */
  | { readonly kind: "changed"; readonly name: string }
  /** A method has work. */
  | { readonly kind: "work"; readonly method: string }
  /** Events may have been lost: the connection was made anew. */
  | { readonly kind: "resync" };

/**
 * The operations of an engine. A call that the database does not answer throws a ConnectError with Code.Unavailable.
 */
export interface OperationStore {
  /** Signs page tokens. All processes that share the store have the same. */
  readonly secret: Uint8Array;
  /** Whether calls wait while a function of `settle` runs, because the database has a single connection. */
  readonly singleConnection: boolean;
  /** Stores an operation and the work that it stands for, both or neither. */
  start(operation: NewOperation): Promise<StartOutcome>;
  /** The operations of these names that exist, deleted ones too. */
  read(names: readonly string[]): Promise<StoredOperation[]>;
  list(query: ListQuery): Promise<ListedOperation[]>;
  /** Asks a running operation to stop, and ends with `error` one that never ran. Does nothing where it is done. */
  cancel(id: string, error: Uint8Array): Promise<void>;
  /** Hides an operation. Its work goes on. */
  remove(id: string): Promise<void>;
  /** Takes work of a method, if there is any. */
  claim(method: string, limit: number): Promise<Claim[]>;
  /** Gives a sign of life for each claim, and tells how it stands. */
  renew(claims: readonly Claim[]): Promise<ClaimState[]>;
  /** False if the claim is lost. */
  writeMetadata(claim: Claim, metadata: Uint8Array): Promise<boolean>;
  /**
   * Writes the result, in one transaction with what `work` writes. False, and nothing written, if the claim is lost or
   * the operation is done.
   */
  settle(claim: Claim, work: Settlement | ((tx: LroTransaction) => Promise<Settlement>)): Promise<boolean>;
  /** Gives claims back, for others to take at once. It does not count as a crash. */
  release(claims: readonly Claim[]): Promise<void>;
  /**
   * Frees what crashed workers held; ends with `error` what has crashed too often; forgets what has expired.
   */
  sweep(error: Uint8Array): Promise<void>;
  /** Listens from now on, until the store is closed. Resolves when nothing that happens later can be missed. */
  listen(listener: (event: StoreEvent) => void): Promise<void>;
  /** Throws if the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
