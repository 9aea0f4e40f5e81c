import type { ServiceImpl } from "@connectrpc/connect";
import type { LroHandler, LroRegisterOptions, LroServer } from "protoc-gen-ts-lro/codegenv1";
import type { $Metadata, $MethodNames, $Request, $Response, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * The handlers of {@link $service}. The server stores, runs, and serves the operations of its long-running methods.
 */
export interface $ServiceHandlers extends Omit<ServiceImpl<typeof $Service>, $MethodNames> {
  /**
   * @each
   * @docs
   */
  $method: LroHandler<$Request, $Response, $Metadata>;
}

/**
 * Registers the handlers of {@link $service} on a server. Methods that you omit return UNIMPLEMENTED.
 */
export function register$Service(
  server: LroServer,
  handlers: Partial<$ServiceHandlers>,
  options?: LroRegisterOptions,
): void {
  server.register($ServiceLro, handlers, options);
}
