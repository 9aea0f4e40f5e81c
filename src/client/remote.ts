import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { Operations } from "../gen/google/longrunning/operations_pb.js";
import { type Clock, systemClock } from "./clock.js";

/** The server's operations, as all handles of one client see them. */
export interface Remote {
  readonly operations: Client<typeof Operations>;
  readonly clock: Clock;
  /** Whether WaitOperation is worth a try: false once the server has said that it is not implemented. */
  canWait: boolean;
}

export function createRemote(transport: Transport, clock: Clock = systemClock): Remote {
  return { operations: createClient(Operations, transport), clock, canWait: true };
}
