import type { DescService, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LroMethods, LroService } from "../operation/lro-service.js";
import { type OperationInit, packOperation } from "./operation-init.js";

/** A value, or the promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** The methods of a service, where each long-running one returns a typed operation. */
export type LroStub<S extends DescService, L extends LroMethods> = Omit<ServiceImpl<S>, keyof L> & {
  [P in keyof L]: (
    request: P extends keyof S["method"] ? MessageShape<S["method"][P]["input"]> : never,
    context: HandlerContext,
  ) => MaybePromise<OperationInit<L[P]["response"], L[P]["metadata"]>>;
};

/** Turns a stub into an implementation for a Connect router: what its long-running methods return is packed. */
export function lroStub<S extends DescService, L extends LroMethods>(
  { methods }: LroService<S, L>,
  stub: LroStub<S, L>,
): ServiceImpl<S> {
  const impl: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(methods)) {
    impl[name] = async (request: never, context: HandlerContext) =>
      packOperation(method, (await (stub as LroStub<DescService, LroMethods>)[name]?.(request, context)) ?? {});
  }
  return { ...stub, ...impl } as ServiceImpl<S>;
}
