import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Status, StatusSchema } from "../gen/google/rpc/status_pb.ts";

/** Returns the code of an error. 0, which means success, and values that are not codes become UNKNOWN. */
export function validCode(code: number): Code {
  return Number.isInteger(code) && code >= Code.Canceled && code <= Code.Unauthenticated ? code : Code.Unknown;
}

/** Converts an error to a google.rpc.Status. Codes that are not those of an error, such as 0, become UNKNOWN. */
export function toStatus(error: ConnectError | MessageInitShape<typeof StatusSchema>): Status {
  if (error instanceof ConnectError) {
    const { code, rawMessage: message } = error;
    return create(StatusSchema, { code: validCode(code), message, details: error.details.map(toAny) });
  }
  const status = create(StatusSchema, error);
  status.code = validCode(status.code);
  return status;
}

function toAny(detail: ConnectError["details"][number]): Any {
  return "desc" in detail
    ? anyPack(detail.desc, create(detail.desc, detail.value))
    : create(AnySchema, { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value });
}
