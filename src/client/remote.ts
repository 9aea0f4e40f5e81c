import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { type Clock, systemClock } from "./clock.ts";

/** The server's operations, as all handles of one client see them. */
export interface Remote {
  readonly operations: Client<typeof Operations>;
  readonly clock: Clock;
  /** Whether WaitOperation is worth a try: false once the server has said that it is not implemented. */
  canWait: boolean;
}

/** @param service google.longrunning.Operations. */
export function createRemote(service: typeof Operations, transport: Transport, clock: Clock = systemClock): Remote {
  return { operations: createClient(service, transport), clock, canWait: true };
}

/** The header by which Google's front ends route a call to the region or the machine that it belongs to (AIP-4222). */
export const requestParamsHeader = "x-goog-request-params";

/** One parameter of that header. Several are joined by "&". */
export function requestParam(key: string, value: string): string {
  return `${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
}
