import { type Message, toBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { type Operation, OperationSchema } from "protoc-gen-ts-lro/longrunning";
import { PrintBookMetadataSchema } from "../../testdata/gen/acme/press/v1/press_pb.ts";
import type { Call, SeenState } from "./history.ts";

const kinds: Readonly<Record<string, Call["kind"]>> = {
  PrintBook: "start",
  GetOperation: "get",
  WaitOperation: "wait",
  CancelOperation: "cancel",
  ListOperations: "list",
};

/** Records all completed calls of a transport. A failed call may or may not have had an effect. */
export function recorded(transport: Transport, calls: Call[]): Transport {
  return {
    ...transport,
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const kind = kinds[method.name];
      const began = performance.now();
      const note = (answers: Pick<Call, "name" | "answer">[]): void => {
        const ended = performance.now();
        calls.push(...answers.flatMap((answer) => (kind ? [{ kind, began, ended, ...answer }] : [])));
      };
      try {
        const response = await transport.unary(method, signal, timeoutMs, header, input, contextValues);
        note(answersOf(askedFor(input), response.message as Message));
        return response;
      } catch (error) {
        if (ConnectError.from(error).code === Code.NotFound) {
          note([{ name: askedFor(input) ?? "", answer: "not found" }]);
        }
        throw error;
      }
    },
  };
}

/** The operation name in a request. For a list, the name by which it filters. */
function askedFor(request: object): string | undefined {
  const { filter, name } = request as { filter?: string; name?: string };
  return filter?.match(/^name = "(.*)"$/)?.[1] ?? (name || undefined);
}

function answersOf(asked: string | undefined, message: Message): Pick<Call, "name" | "answer">[] {
  if (message.$typeName === OperationSchema.typeName) {
    const operation = message as Operation;
    return [{ name: operation.name, answer: stateOf(operation) }];
  }
  const { operations } = message as Message & { readonly operations?: Operation[] };
  const listed = operations?.map((operation) => ({ name: operation.name, answer: stateOf(operation) }));
  if (listed && listed.length > 0) {
    return listed;
  }
  return asked === undefined ? [] : [{ name: asked, answer: listed ? "not found" : "found" }];
}

function stateOf(operation: Operation): SeenState {
  const metadata = operation.metadata && anyUnpack(operation.metadata, PrintBookMetadataSchema);
  return {
    done: operation.done,
    progress: metadata?.progressPercent ?? 0,
    text: Buffer.from(toBinary(OperationSchema, operation)).toString("base64"),
  };
}
