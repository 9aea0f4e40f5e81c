import type { DescMessage, Message, MessageShape, Registry } from "@bufbuild/protobuf";
import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";

/**
 * Why an Any could not be unpacked: the field is not set, the Any has no type, its type is not the expected one, or its
 * bytes do not parse.
 */
export type OperationUnpackProblem = "missing" | "empty" | "mismatch" | "malformed";

/** The message in an Any, or the reason why it could not be unpacked. */
export type Unpacked<T extends Message> =
  | { readonly message: T }
  | { readonly problem: OperationUnpackProblem; readonly found: string; readonly cause?: unknown };

/** Returns the type name in a type URL: everything after the last slash. */
export function typeNameOf(any: Any): string {
  return any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1);
}

/** Packs a message. If the declared type is itself Any, the message is already packed and stays as it is. */
export function packAny<D extends DescMessage>(type: D, init: MessageInitShape<D>): Any {
  const message = create(type, init);
  return isAny(type) ? (message as unknown as Any) : anyPack(type, message);
}

/**
 * Unpacks an Any as a message of one type, or of any type in a registry. If the declared type is itself Any, the Any
 * stays packed. Never throws.
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
