import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { isBrowser } from "./browser-errors.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type LongPolls, longPollsOf } from "./long-polls.ts";
import { inRange } from "./numbers.ts";

/** The connection to google.longrunning.Operations that all operations of a client share. */
export interface Remote {
  readonly operations: Client<typeof Operations>;
  readonly clock: Clock;
  readonly longPolls: LongPolls;
  readonly maxLongPolls: number;
  /** Whether to try WaitOperation: false after the server returned UNIMPLEMENTED. */
  canWait: boolean;
  /** Whether the server has responded to a call. */
  isAnswered: boolean;
  /** Whether the browser may be refusing all calls: the last one failed, and the server has not responded to any. */
  isRefused: boolean;
}

/** The options of a connection, as in LroClientOptions. */
export interface RemoteOptions {
  readonly clock?: Clock | undefined;
  readonly maxLongPolls?: number | undefined;
}

/**
 * @param service google.longrunning.Operations.
 * @throws RangeError if an option is out of range.
 */
export function createRemote(service: typeof Operations, transport: Transport, options: RemoteOptions): Remote {
  // Browsers open six connections to a server that has only HTTP/1.1, and do not reveal the version that they use.
  const { clock = systemClock, maxLongPolls = isBrowser() ? 4 : 50 } = options;
  return {
    operations: createClient(service, transport),
    clock,
    longPolls: longPollsOf(transport),
    maxLongPolls: inRange("maxLongPolls", maxLongPolls),
    canWait: true,
    isAnswered: false,
    isRefused: false,
  };
}
