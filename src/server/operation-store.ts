/*
 * The interface between the server and an engine, which stores operations and assigns each to one worker at a time.
 * Messages are passed as bytes, so that an engine needs no schemas and a server can serve operations of methods that it
 * does not implement.
 */
import type { Filter } from "./filter.ts";
import type { LroTransaction } from "./handler.ts";
import type { Log } from "./log.ts";

export interface EngineOptions {
  /** Time after which a claim without a heartbeat expires. */
  readonly leaseSeconds: number;
  /** Interval of the checks that events can still arrive, in milliseconds. */
  readonly heartbeatMs: number;
  /** Maximum time of the function of a commit, in milliseconds. Default: that of the engine. */
  readonly commitTimeoutMs?: number | undefined;
  readonly log: Log;
}

/**
 * How operations with the same key interact. `allow`: they run concurrently. `queue`: they run one after another, in
 * the order in which they were started. `abort`: while one is not done, others cannot be started. `preempt`: the latest
 * runs, and earlier ones fail with ABORTED.
 */
export type Parallel = "allow" | "queue" | "abort" | "preempt";

/** A stored operation. */
export interface StoredOperation {
  readonly id: string;
  readonly name: string;
  /** The full name of the method that started it, such as `acme.library.v1.LibraryService.CreateBook`. */
  readonly method: string;
  /** The caller that started it. */
  readonly principal: string;
  /** An encoded google.protobuf.Any. */
  readonly metadata: Uint8Array | undefined;
  readonly done: boolean;
  readonly result: Result | undefined;
  /** Whether the operation was deleted. Deleted operations are hidden and stored until they expire. */
  readonly deleted: boolean;
}

/** The result of an operation: an encoded google.protobuf.Any, or an encoded google.rpc.Status. */
export type Result = { readonly response: Uint8Array } | { readonly error: Uint8Array };

/** An operation to store. */
export interface NewOperation {
  /** A UUID. Lists use it to order operations that have the same creation time. */
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly principal: string;
  /** The encoded request. */
  readonly request: Uint8Array;
  /** Makes the start idempotent (AIP-155). Unique within a method and a principal. */
  readonly requestId: string | undefined;
  /** `undefined` if no policy applies to the operation. */
  readonly key: string | undefined;
  readonly parallel: Parallel;
  /** The number of crashes or lost leases after which the operation fails. */
  readonly maxAttempts: number;
  /** How long the operation is stored after it is done. */
  readonly expireAfterSeconds: number;
  /** Set if the operation is already done and no worker needs to run it. */
  readonly result: Result | undefined;
  /** The encoded google.rpc.Status for operations that this one preempts: of its principal, and of others. */
  readonly preempted: { readonly own: Uint8Array; readonly other: Uint8Array };
  /** The trace context of the call that starts the operation. */
  readonly trace: string | undefined;
}

/** The outcome of a start. */
export type StartOutcome =
  | { readonly operation: StoredOperation }
  /** Another operation has the key: `holder`, unless it has been completed meanwhile. */
  | { readonly refused: "busy"; readonly holder?: StoredOperation | undefined }
  /** `mismatch`: the request ID was used with a different request. */
  | { readonly refused: "mismatch" | "name-taken" };

/** The exclusive right of a worker to run an operation, until it settles the operation or loses the lease. */
export interface Claim {
  readonly operation: StoredOperation;
  readonly request: Uint8Array;
  /** The number of this attempt, from 1. After a later attempt starts, writes of this claim are rejected. */
  readonly attempt: number;
  readonly cancelRequested: boolean;
  /** Whether the previous attempt lost its lease, for example because its process crashed. */
  readonly takenOver: boolean;
  /** Time since the start of the operation. */
  readonly ageSeconds: number;
  readonly trace: string | undefined;
  /** The engine's queue that the operation came from. */
  readonly queue: string;
  /** The engine's own fencing token. */
  readonly lease: number;
}

/**
 * The result of a renewal: `held`; `completed` if this claim's response is stored; or the reason why the handler should
 * stop.
 */
export type ClaimState = "held" | "completed" | "cancelled" | "preempted" | "lost";

/** The final write of a worker. */
export interface Settlement {
  readonly result: Result;
  /** The final metadata. `undefined` leaves the stored metadata unchanged. */
  readonly metadata: Uint8Array | undefined;
}

/** A query for a page of operations, newest first. */
export interface ListQuery {
  /** The names without their last segment: `operations`, or `publishers/1/operations`. */
  readonly collection: string;
  /** `undefined` lists the operations of all principals. */
  readonly principal: string | undefined;
  readonly filter: Filter | undefined;
  /** The last operation of the previous page. */
  readonly after: { readonly createTime: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** A listed operation, with its position in the list. */
export interface ListedOperation extends StoredOperation {
  /** The creation time with microseconds, which a Date does not have. */
  readonly position: string;
}

/** The pending work for workers. */
export interface Outlook {
  /** The methods with operations that no worker has claimed. */
  readonly methods: readonly string[];
  /** Whether `sweep` is necessary. */
  readonly sweep: boolean;
}

/** A change in this process or another. Events can be lost, so listeners must also poll. */
export type StoreEvent =
  /** An operation was settled, or its cancellation was requested. */
  | { readonly kind: "changed"; readonly name: string }
  /** A method has operations to claim. */
  | { readonly kind: "work"; readonly method: string }
  /** The connection was re-established, and events may have been lost. */
  | { readonly kind: "resync" };

/** The encoded google.rpc.Status for operations whose workers crashed too many times. */
export interface SweepErrors {
  readonly crashed: Uint8Array;
  /** For operations whose cancellation was requested. */
  readonly cancelled: Uint8Array;
}

/** An operation whose workers crashed too many times. */
export interface SweptOperation {
  readonly name: string;
  readonly method: string;
  /** The number of attempts. */
  readonly attempt: number;
}

/** The operations of a method that are not done. */
export interface MethodMeasurement {
  readonly method: string;
  /** The number of operations that wait for a worker. */
  readonly queued: number;
  /** The number of operations that workers run. */
  readonly running: number;
  /** The waiting time of the operation that has waited longest for a worker. 0 if none waits. */
  readonly oldestSeconds: number;
}

/** The connections of a pool. */
export interface ConnectionUsage {
  readonly used: number;
  readonly idle: number;
  readonly max: number;
  /** The number of requests that wait for a connection. */
  readonly pending: number;
}

/** The operations of an engine. If the database is unavailable, calls throw a ConnectError with Code.Unavailable. */
export interface OperationStore {
  /** The key for signing page tokens, which all processes that share the store have in common. */
  readonly secret: Uint8Array;
  /** Whether calls block while a function passed to `settle` runs, because the database has a single connection. */
  readonly singleConnection: boolean;
  /** Whether `listen` delivers events. */
  readonly listens: boolean;
  /** Maximum time, in ms, of a function passed to `settle`. The caller then ends it. */
  readonly commitTimeoutMs: number;
  /** Stores an operation and queues it for workers, atomically. */
  start(operation: NewOperation): Promise<StartOutcome>;
  /** Returns the operations with these names that exist, including deleted ones. */
  read(names: readonly string[]): Promise<StoredOperation[]>;
  list(query: ListQuery): Promise<ListedOperation[]>;
  /**
   * Requests cancellation. An operation that was never claimed fails with `error`; a done operation stays unchanged.
   */
  cancel(id: string, error: Uint8Array): Promise<void>;
  /** Hides an operation. If it is running, it continues. */
  remove(id: string): Promise<void>;
  /** Finds pending work for workers, with one query, regardless of the number of methods. */
  look(): Promise<Outlook>;
  /** Claims up to `limit` operations of a method. */
  claim(method: string, limit: number): Promise<Claim[]>;
  /** Sends a heartbeat for each claim and returns their states in the same order. */
  renew(claims: readonly Claim[]): Promise<ClaimState[]>;
  /** Returns false if the claim is lost. */
  writeMetadata(claim: Claim, metadata: Uint8Array): Promise<boolean>;
  /**
   * Writes the result, in one transaction with the writes of the function `work`. Returns false and writes nothing if
   * the claim is lost or the operation is done.
   */
  settle(claim: Claim, work: Settlement | ((tx: LroTransaction) => Promise<Settlement>)): Promise<boolean>;
  /** Releases claims, so that other workers can claim the operations immediately. Does not count as a crash. */
  release(claims: readonly Claim[]): Promise<void>;
  /**
   * Frees operations whose leases expired, fails those whose workers crashed too many times, and deletes expired ones.
   * Returns the operations that failed.
   */
  sweep(errors: SweepErrors): Promise<readonly SweptOperation[]>;
  /** Calls the listener for each event until the store is closed. Resolves when the subscription is active. */
  listen(listener: (event: StoreEvent) => void): Promise<void>;
  /**
   * Measures the methods that have operations. Returns `undefined` if another process measures them.
   *
   * @param process The name of this process.
   */
  measure(process: string): Promise<readonly MethodMeasurement[] | undefined>;
  /** Returns the connections of this process to the database. `undefined` if it needs none. */
  connections(): ConnectionUsage | undefined;
  /** Returns whether the database accepts writes. Throws if it does not respond. */
  isWritable(): Promise<boolean>;
  close(): Promise<void>;
}
