/*
 * The vocabulary of the templates in this folder.
 *
 * A template is the code that it emits: a TypeScript file that type-checks against the runtime. `npm run generate`
 * compiles each into the printers of src/plugin/templates.gen.ts, one for .ts, one for .js, one for .d.ts. What varies from
 * service to service is written with the names below.
 *
 * - A name that is imported from this file stands for what its comment says. It is found by symbol: an import from any
 *   other module becomes an import of the emitted file, and clashing names are renamed for you.
 * - `$Service`, `$Method` in the name of an exported declaration, and `$method` as the name of a member, are replaced by
 *   the names of the service and of the method: `create$ServiceClient` becomes `createLibraryServiceClient`.
 * - In a doc comment, `$service` is the full name of the service, and `$rpc` is that of the method.
 *
 * Three directives, in doc comments:
 *
 * - `@each` repeats the declaration or member that it stands on, once for each long-running method of the service.
 * - `@if polling` leaves out what it stands on for methods that have no such property.
 * - `@docs` puts the proto's own comment in its place: the method's below an `@each`, else the service's.
 *
 * Doc comments of a deprecated service or method get a `@deprecated` of their own accord.
 */
import type { Message } from "@bufbuild/protobuf";
import type { GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import type { LroMethod } from "protoc-gen-ts-lro/codegenv1";
import type { OperationSchema } from "protoc-gen-ts-lro/longrunning";

/** The service, as protoc-gen-es emits it. */
export declare const $Service: GenService<{
  $method: { methodKind: "unary"; input: typeof $RequestSchema; output: typeof OperationSchema };
}>;

/** The local names of the service's long-running methods, as a union of strings. */
export type $MethodNames = "$method";

/** The request type of the method. */
export type $Request = Message<"$Request"> & { request: string };
export declare const $RequestSchema: GenMessage<$Request>;

/** The type that the method's operation_info names as response_type. */
export type $Response = Message<"$Response"> & { response: string };
export declare const $ResponseSchema: GenMessage<$Response>;

/** The type that the method's operation_info names as metadata_type. */
export type $Metadata = Message<"$Metadata"> & { metadata: string };
export declare const $MetadataSchema: GenMessage<$Metadata>;

/** What the service's YAML says about polling the method's operations. */
export declare const $polling: NonNullable<LroMethod["polling"]>;
