import type { MessageShape } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LroMethod, LroService } from "../operation/lro-service.ts";
import { type OperationInit, packOperation } from "./operation-init.ts";

/** A value, or a promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** An implementation of a service whose long-running methods return typed operations. */
export type LroImplementation<S extends LroService> = Omit<ServiceImpl<S["service"]>, keyof S["methods"]> & {
  [K in keyof S["methods"]]: S["methods"][K] extends LroMethod<infer I, infer R, infer M>
    ? (request: MessageShape<GenMessage<I>>, context: HandlerContext) => MaybePromise<OperationInit<R, M>>
    : never;
};

/**
 * Converts an implementation that returns typed operations to one for a Connect router, which packs the operations. As
 * with Connect, methods that you omit return UNIMPLEMENTED.
 */
export function lroImplementation<S extends LroService>(
  { service, methods }: S,
  implementation: Partial<LroImplementation<S>>,
): Partial<ServiceImpl<S["service"]>> {
  const impl: Record<string, unknown> = {};
  // A spread would lose the methods of a class.
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
