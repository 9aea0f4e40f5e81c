import type { MessageShape } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LroMethod, LroService } from "../operation/lro-service.ts";
import { type OperationInit, packOperation } from "./operation-init.ts";

/** A value, or the promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** An implementation of a service, in which each long-running method returns a typed operation. */
export type LroImplementation<S extends LroService> = Omit<ServiceImpl<S["service"]>, keyof S["methods"]> & {
  [K in keyof S["methods"]]: S["methods"][K] extends LroMethod<infer I, infer R, infer M>
    ? (request: MessageShape<GenMessage<I>>, context: HandlerContext) => MaybePromise<OperationInit<R, M>>
    : never;
};

/**
 * Turns an implementation that returns typed operations into one for a Connect router: what its long-running methods
 * return is packed. As with Connect, a method that is left out is not implemented.
 */
export function lroImplementation<S extends LroService>(
  { service, methods }: S,
  implementation: Partial<LroImplementation<S>>,
): Partial<ServiceImpl<S["service"]>> {
  const impl: Record<string, unknown> = {};
  // By name, because a spread would lose the methods of a class.
  for (const name of Object.keys(service.method)) {
    const handler = (implementation as Record<string, Handler | undefined>)[name]?.bind(implementation);
    const method = methods[name];
    impl[name] =
      handler && method
        ? async (request: unknown, context: HandlerContext) => packOperation(method, await handler(request, context))
        : handler;
  }
  return impl as Partial<ServiceImpl<S["service"]>>;
}

type Handler = (request: unknown, context: HandlerContext) => MaybePromise<OperationInit>;
