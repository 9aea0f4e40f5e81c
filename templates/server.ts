import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import type { LroHandler, LroServer } from "protoc-gen-ts-lro/codegen";
import type { $MetadataSchema, $MethodNames, $RequestSchema, $ResponseSchema, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * The handlers of {@link $service}, whose long-running methods a server runs and serves.
 */
export interface $ServiceHandlers extends Omit<ServiceImpl<typeof $Service>, $MethodNames> {
  /**
   * @each
   * @docs
   */
  $method: LroHandler<typeof $RequestSchema, typeof $ResponseSchema, typeof $MetadataSchema>;
}

/**
 * Serves {@link $service}, and runs its operations. Methods that are left out are not implemented.
 */
export function register$Service(
  router: ConnectRouter,
  server: LroServer,
  handlers: Partial<$ServiceHandlers>,
): ConnectRouter {
  return server.register(router, $ServiceLro, handlers);
}
