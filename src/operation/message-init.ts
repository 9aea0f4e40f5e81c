import type { Message, MessageInitShape } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { Empty } from "@bufbuild/protobuf/wkt";

/** A message, or an object literal from which it can be made. No type parameter is inferred from it. */
export type InitOf<T extends Message> = MessageInitShape<GenMessage<NoInfer<T>>>;

/** What gives a response: nothing at all does for google.protobuf.Empty. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without return is what this is for.
export type LroResponseInit<R extends Message> = InitOf<R> | (R extends Empty ? void : never);
