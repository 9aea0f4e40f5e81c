/*
 * The vocabulary of the templates in this folder.
 *
 * A template is the code that it emits: a TypeScript file that type-checks against the runtime. `npm run generate`
 * compiles each into the printers of src/plugin/templates.gen.ts, one for .ts, one for .js, one for .d.ts. What varies from
 * service to service is written with the names that this file exports. Each says behind `@prints` which expression prints
 * it, in terms of `f`, a GeneratedFile of protoplugin, of `service` and `method`, as src/plugin/names.ts has them, and of
 * `template`, which is src/plugin/template.ts. One that speaks of `method` can only stand below an `@each`.
 *
 * - In code, a name stands for what it is declared as here. It is found by symbol: an import from any other module becomes
 *   an import of the emitted file, and clashing names are renamed for you.
 * - As the name of a member, and in a doc comment as `{@link $service}`, it is found by its name.
 * - `$Service` in the name of an exported declaration is replaced by the name of the service, and `$Method` below an `@each`
 *   by that of the method: `create$ServiceClient` becomes `createLibraryServiceClient`.
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

/**
 * The service, as protoc-gen-es emits it.
 *
 * @prints f.importSchema(service.desc)
 */
export declare const $Service: GenService<{
  $method: { methodKind: "unary"; input: typeof $RequestSchema; output: typeof OperationSchema };
}>;

/**
 * The full name of the service.
 *
 * @prints service.desc.typeName
 */
export declare const $service: string;

/**
 * The local names of the service's long-running methods, as a union of strings.
 *
 * @prints service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")
 */
export type $MethodNames = "$method";

/**
 * The local name of the method, for the name of a member.
 *
 * @prints method.desc.localName
 */
export declare const $method: string;

/**
 * The full name of the method.
 *
 * @prints service.desc.typeName + "." + method.desc.name
 */
export declare const $rpc: string;

/**
 * The request type of the method.
 *
 * @prints f.importShape(method.desc.input)
 */
export type $Request = Message<"$Request"> & { request: string };

/** @prints f.importSchema(method.desc.input) */
export declare const $RequestSchema: GenMessage<$Request>;

/**
 * The type that the method's operation_info names as response_type.
 *
 * @prints f.importShape(method.response)
 */
export type $Response = Message<"$Response"> & { response: string };

/** @prints f.importSchema(method.response) */
export declare const $ResponseSchema: GenMessage<$Response>;

/**
 * The type that the method's operation_info names as metadata_type.
 *
 * @prints f.importShape(method.metadata)
 */
export type $Metadata = Message<"$Metadata"> & { metadata: string };

/** @prints f.importSchema(method.metadata) */
export declare const $MetadataSchema: GenMessage<$Metadata>;

/**
 * What the service's YAML says about polling the method's operations.
 *
 * @prints template.printPolling(method)
 */
export declare const $polling: NonNullable<LroMethod["polling"]>;
