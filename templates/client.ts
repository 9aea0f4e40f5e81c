import type { Client, Transport } from "@connectrpc/connect";
import { type LroCall, type LroClientOptions, lroClient } from "protoc-gen-ts-lro/codegen";
import type { $Metadata, $MethodNames, $RequestSchema, $Response, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * @docs
 */
export interface $ServiceClient extends Omit<Client<typeof $Service>, $MethodNames> {
  /**
   * @each
   * @docs
   */
  $method: LroCall<typeof $RequestSchema, $Response, $Metadata>;
}

/**
 * Creates a client for {@link $service}, in which each long-running method returns a typed operation.
 */
export function create$ServiceClient(transport: Transport, options?: LroClientOptions): $ServiceClient {
  return lroClient($ServiceLro, transport, options);
}
