import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Status, StatusSchema } from "../gen/google/rpc/status_pb.ts";

/**
 * Converts an error to a google.rpc.Status. Code 0 means success, so a status with code 0 becomes UNKNOWN.
 */
export function toStatus(error: ConnectError | MessageInitShape<typeof StatusSchema>): Status {
  if (error instanceof ConnectError) {
    const { code, rawMessage: message } = error;
    return create(StatusSchema, { code, message, details: error.details.map(toAny) });
  }
  const status = create(StatusSchema, error);
  if (status.code === 0) {
    status.code = Code.Unknown;
  }
  return status;
}

function toAny(detail: ConnectError["details"][number]): Any {
  return "desc" in detail
    ? anyPack(detail.desc, create(detail.desc, detail.value))
    : create(AnySchema, { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value });
}
