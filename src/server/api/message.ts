import { create, fromBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { type Operation, OperationSchema } from "../../gen/google/longrunning/operations_pb.ts";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import type { StoredOperation } from "../operation-store.ts";

/** Returns the message that clients get for a stored operation. */
export function operationMessage({ name, metadata, done, result }: StoredOperation): Operation {
  return create(OperationSchema, {
    name,
    done,
    ...(metadata && { metadata: fromBinary(AnySchema, metadata) }),
    ...(result && {
      result:
        "response" in result
          ? { case: "response", value: fromBinary(AnySchema, result.response) }
          : { case: "error", value: fromBinary(StatusSchema, result.error) },
    }),
  });
}
