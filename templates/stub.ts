import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { lroStub, type MaybePromise, type OperationInit } from "protoc-gen-ts-lro/codegen";
import type { $MetadataSchema, $MethodNames, $Request, $ResponseSchema, $Service } from "./placeholders.ts";
import { $ServiceLro } from "./service.ts";

/**
 * An implementation of {@link $service} that returns typed operations, for those with a job system of their own.
 */
export interface $ServiceStub extends Omit<ServiceImpl<typeof $Service>, $MethodNames> {
  /**
   * @each
   * @docs
   */
  $method(
    request: $Request,
    context: HandlerContext,
  ): MaybePromise<OperationInit<typeof $ResponseSchema, typeof $MetadataSchema>>;
}

/**
 * Turns the stub into an implementation for a Connect router. Methods that are left out are not implemented.
 */
export function stub$Service(impl: Partial<$ServiceStub>): Partial<ServiceImpl<typeof $Service>> {
  return lroStub($ServiceLro, impl);
}
