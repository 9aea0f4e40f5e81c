import type { Message } from "@bufbuild/protobuf";
import type { LroMethod, LroService } from "../operation/lro-service.ts";
import type { Operation } from "./operation.ts";
import { OperationHandle } from "./operation-handle.ts";

/**
 * An operation of one of several methods, which the type of its metadata distinguishes: if you compare `metadataType`
 * with the name of a metadata message, TypeScript infers the type of the response. It is `undefined` if there are no
 * metadata yet or if they are not of a known type.
 *
 * @typeParam S The method tables of the services, such as `LibraryServiceLro`.
 */
export type TypedOperation<S extends LroService = LroService> =
  | OperationOf<MethodOf<S>>
  | (Operation<ResponseOf<S>, MetadataOf<S>> & { readonly metadataType: undefined });

/** The operations of a method, or of each of several methods. */
type OperationOf<T> =
  T extends LroMethod<infer _, infer R, infer M> ? Operation<R, M> & { readonly metadataType: M["$typeName"] } : never;

/** The long-running methods of the services. */
type MethodOf<S extends LroService> = S extends LroService ? S["methods"][keyof S["methods"]] : never;

/** The responses of all long-running methods of the services. */
export type ResponseOf<S extends LroService> =
  MethodOf<S> extends LroMethod<Message, infer R extends Message, Message> ? R : never;

/** The metadata of all long-running methods of the services. */
export type MetadataOf<S extends LroService> =
  MethodOf<S> extends LroMethod<Message, Message, infer M extends Message> ? M : never;

/** An operation of an unknown method, which is recognized by its metadata. */
export class TypedOperationHandle extends OperationHandle<Message, Message> {
  get metadataType(): string | undefined {
    return this.metadata?.$typeName;
  }
}
