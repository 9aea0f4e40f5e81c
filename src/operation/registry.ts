import { createRegistry, type DescMessage, type Registry } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "../gen/google/rpc/error_details_pb.ts";
import type { LroService } from "./lro-service.ts";

/**
 * Creates a registry of the response and metadata types of these services and of google.rpc's error details.
 *
 * Operations contain google.protobuf.Any, which can be converted to JSON only with a registry. If a client uses JSON,
 * as connect-web does by default, set `jsonOptions: { registry }` on both its transport and the server's adapter.
 * Alternatively, set `useBinaryFormat: true` on the transport.
 */
export function operationRegistry(...services: readonly LroService[]): Registry {
  return createRegistry(EmptySchema, file_google_rpc_error_details, ...operationTypes(services));
}

/** Returns the response and metadata types of these services. */
export function operationTypes(services: readonly LroService[]): DescMessage[] {
  return services.flatMap(({ methods }) =>
    Object.values(methods).flatMap(({ response, metadata }) => [response, metadata]),
  );
}
