import { createRegistry, type DescMessage, type Registry } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "../gen/google/rpc/error_details_pb.ts";
import type { LroService } from "./lro-service.ts";

/**
 * The types that the operations of these services hold, and the error details of google.rpc.
 *
 * An operation holds its response and metadata as google.protobuf.Any, which JSON cannot hold without a registry. Give it
 * as `jsonOptions: { registry }` to both the client's transport and the server's adapter where they talk JSON, as
 * connect-web does by default; or let them talk binary, with `useBinaryFormat: true`.
 */
export function operationRegistry(...services: readonly LroService[]): Registry {
  return createRegistry(EmptySchema, file_google_rpc_error_details, ...operationTypes(services));
}

/** The types of the responses and metadata of these services. */
export function operationTypes(services: readonly LroService[]): DescMessage[] {
  return services.flatMap(({ methods }) =>
    Object.values(methods).flatMap(({ response, metadata }) => [response, metadata]),
  );
}
