import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import type { UniversalHandlerOptions } from "@connectrpc/connect/protocol";

type Implementation = Parameters<ConnectRouter["rpc"]>[1];

/**
 * Limits the size of a method's requests. Connect counts bytes while it reads and decompresses them, and refuses larger
 * requests with RESOURCE_EXHAUSTED.
 *
 * @param options The options with which the router got the method's service.
 */
export function limitRequests(
  { handlers, rpc }: ConnectRouter,
  method: DescMethod,
  implementation: Implementation,
  options: Partial<UniversalHandlerOptions> & { readonly readMaxBytes: number },
): void {
  const index = handlers.findLastIndex((handler) => handler.method === method);
  const names = handlers[index]?.protocolNames ?? [];
  // Options of a method enable all protocols that they do not disable, even those that the router disables.
  const protocols = {
    connect: names.includes("connect"),
    grpc: names.includes("grpc"),
    grpcWeb: names.includes("grpc-web"),
  };
  rpc(method, implementation, { ...options, ...protocols });
  handlers.splice(index, 1);
}
