import type { Client, Transport } from "@connectrpc/connect";
import { createLroClient, type LroCall, type LroClientOptions } from "protoc-gen-ts-lro/codegenv1";
import type { $Metadata, $MethodNames, $Request, $Response, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * @docs
 */
export interface $ServiceClient extends Omit<Client<typeof $Service>, $MethodNames> {
  /**
   * @each
   * @docs
   */
  $method: LroCall<$Request, $Response, $Metadata>;
}

/**
 * Creates a client for {@link $service}. Its long-running methods return typed operations.
 */
export function create$ServiceClient(transport: Transport, options?: LroClientOptions<$ServiceLro>): $ServiceClient {
  return createLroClient($ServiceLro, transport, options);
}
