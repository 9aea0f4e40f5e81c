import type { DescMessage, Message, MessageShape, Registry } from "@bufbuild/protobuf";
import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";

/** Why an Any did not give the message that was expected of it. */
export type OperationUnpackProblem = "missing" | "empty" | "mismatch" | "malformed";

/** What an Any held: the message, or what was wrong with it. */
export type Unpacked<T extends Message> =
  | { readonly message: T }
  | { readonly problem: OperationUnpackProblem; readonly found: string; readonly cause?: unknown };

/** The type name in a type URL: all that follows the last slash, whatever the prefix. */
export function typeNameOf(any: Any): string {
  return any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1);
}

/** Packs a message. What is declared as an Any, because its type varies, is packed already. */
export function packAny<D extends DescMessage>(type: D, init: MessageInitShape<D>): Any {
  const message = create(type, init);
  return isAny(type) ? (message as unknown as Any) : anyPack(type, message);
}

/**
 * Unpacks an Any as a message of one type, or of any type that a registry knows. What is declared as an Any stays one.
 * Throws nothing.
 */
export function unpackAny<D extends DescMessage>(any: Any | undefined, type: D | Registry): Unpacked<MessageShape<D>> {
  if (any === undefined) {
    return { problem: "missing", found: "" };
  }
  const found = typeNameOf(any);
  if (found === "") {
    return { problem: "empty", found };
  }
  if (type.kind === "message" && isAny(type) && found !== type.typeName) {
    return { message: any as unknown as MessageShape<D> };
  }
  const desc = type.kind === "registry" ? (type.getMessage(found) as D | undefined) : type;
  if (desc?.typeName !== found) {
    return { problem: "mismatch", found };
  }
  try {
    return { message: fromBinary(desc, any.value) };
  } catch (cause) {
    return { problem: "malformed", found, cause };
  }
}

function isAny({ typeName }: DescMessage): boolean {
  return typeName === ("google.protobuf.Any" satisfies Any["$typeName"]);
}
