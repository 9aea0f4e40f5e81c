import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { lroImplementation, type MaybePromise, type OperationInit } from "protoc-gen-ts-lro/codegenv1";
import type { $Metadata, $MethodNames, $Request, $Response, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * An implementation of {@link $service} that returns typed operations, for servers with an existing job system.
 */
export interface $ServiceImpl extends Omit<ServiceImpl<typeof $Service>, $MethodNames> {
  /**
   * @each
   * @docs
   */
  $method(request: $Request, context: HandlerContext): MaybePromise<OperationInit<$Response, $Metadata>>;
}

/**
 * Converts an implementation that returns typed operations into one for a Connect router. Methods that you omit return
 * UNIMPLEMENTED.
 */
export function implement$Service(impl: Partial<$ServiceImpl>): Partial<ServiceImpl<typeof $Service>> {
  return lroImplementation($ServiceLro, impl);
}
