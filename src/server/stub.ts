import type { DescService, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LroMethods, LroService } from "../operation/lro-service.ts";
import { type OperationInit, packOperation } from "./operation-init.ts";

/** A value, or the promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** The methods of a service, where each long-running one returns a typed operation. */
export type LroStub<S extends DescService, L extends LroMethods> = Omit<ServiceImpl<S>, keyof L> & {
  [P in keyof L]: (
    request: P extends keyof S["method"] ? MessageShape<S["method"][P]["input"]> : never,
    context: HandlerContext,
  ) => MaybePromise<OperationInit<L[P]["response"], L[P]["metadata"]>>;
};

/**
 * Turns a stub into an implementation for a Connect router: what its long-running methods return is packed. As with
 * Connect, a method that the stub leaves out is not implemented.
 */
export function lroStub<S extends DescService, L extends LroMethods>(
  { service, methods }: LroService<S, L>,
  stub: Partial<LroStub<S, L>>,
): Partial<ServiceImpl<S>> {
  const impl: Record<string, unknown> = {};
  // By name, because a spread would lose the methods of a class.
  for (const name of Object.keys(service.method)) {
    const handler = (stub as Record<string, Handler | undefined>)[name]?.bind(stub);
    const types = methods[name];
    impl[name] =
      handler && types
        ? async (request: unknown, context: HandlerContext) => packOperation(types, await handler(request, context))
        : handler;
  }
  return impl as Partial<ServiceImpl<S>>;
}

type Handler = (request: unknown, context: HandlerContext) => never;
