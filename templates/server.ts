import type { ServiceImpl } from "@connectrpc/connect";
import type { LroHandler, LroRegisterOptions, LroServer } from "protoc-gen-ts-lro/codegenv1";
import type { $Metadata, $MethodNames, $Request, $Response, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * The handlers of {@link $service}, whose long-running methods a server runs and serves.
 */
export interface $ServiceHandlers extends Omit<ServiceImpl<typeof $Service>, $MethodNames> {
  /**
   * @each
   * @docs
   */
  $method: LroHandler<$Request, $Response, $Metadata>;
}

/**
 * Has a server serve {@link $service}, and run its operations. Methods that are left out are not implemented.
 */
export function register$Service(
  server: LroServer,
  handlers: Partial<$ServiceHandlers>,
  options?: LroRegisterOptions,
): void {
  server.register($ServiceLro, handlers, options);
}
