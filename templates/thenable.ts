import type { Client, Transport } from "@connectrpc/connect";
import { createLroClient, hideThen, type LroCall, type LroClientOptions } from "protoc-gen-ts-lro/codegenv1";
import type { $Metadata, $MethodNames, $PlainThen, $Request, $Response, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * @docs
 */
export interface $ServiceClient extends Omit<Client<typeof $Service>, $MethodNames | "then"> {
  /**
   * @each
   * @docs
   */
  $call: LroCall<$Request, $Response, $Metadata>;
  /** @if plainThen */
  then$: $PlainThen;
}

/**
 * Creates a client for {@link $service}. Its long-running methods return typed operations. `await` would call a method
 * named then, so it is named then$.
 */
export function create$ServiceClient(transport: Transport, options?: LroClientOptions<$ServiceLro>): $ServiceClient {
  return hideThen(createLroClient($ServiceLro, transport, options));
}
