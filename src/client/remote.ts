import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { type Clock, systemClock } from "./clock.ts";

/** The connection to google.longrunning.Operations that all operations of a client share. */
export interface Remote {
  readonly operations: Client<typeof Operations>;
  readonly clock: Clock;
  /** Whether to try WaitOperation: false after the server returned UNIMPLEMENTED. */
  canWait: boolean;
}

/** @param service google.longrunning.Operations. */
export function createRemote(service: typeof Operations, transport: Transport, clock: Clock = systemClock): Remote {
  return { operations: createClient(service, transport), clock, canWait: true };
}
