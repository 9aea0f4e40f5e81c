import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { Operations } from "../gen/google/longrunning/operations_pb.js";
import { type Clock, systemClock } from "./clock.js";
import { requestParams } from "./request-params.js";

/** The server's operations, as all handles of one client see them. */
export interface Remote {
  readonly operations: Client<typeof Operations>;
  readonly clock: Clock;
  /** Whether WaitOperation is worth a try: false once the server has said that it is not implemented. */
  canWait: boolean;
}

export function createRemote(transport: Transport, clock: Clock = systemClock): Remote {
  return { operations: createClient(Operations, routed(transport)), clock, canWait: true };
}

// Every request of google.longrunning.Operations has a name, which Google's front ends want to see in a header.
function routed(transport: Transport): Transport {
  return {
    unary(method, signal, timeoutMs, header, input, contextValues) {
      const headers = new Headers(header);
      headers.set(...requestParams({ name: (input as { name?: string }).name ?? "" }));
      return transport.unary(method, signal, timeoutMs, headers, input, contextValues);
    },
    stream: (...args) => transport.stream(...args),
  };
}
