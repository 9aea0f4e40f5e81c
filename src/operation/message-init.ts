import type { Message, MessageInitShape } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { Empty } from "@bufbuild/protobuf/wkt";

/** A message, or an object literal from which Protobuf-ES can create it. No type parameter is inferred from it. */
export type InitOf<T extends Message> = MessageInitShape<GenMessage<NoInfer<T>>>;

/** A response, or an object literal for it. For google.protobuf.Empty, a handler may return nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: this type is for functions without a return statement.
export type LroResponseInit<R extends Message> = InitOf<R> | (R extends Empty ? void : never);
