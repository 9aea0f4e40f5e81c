import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack, type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  createRouterTransport,
  type HandlerContext,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createFakeClock, type FakeClock } from "protoc-gen-ts-lro/testing";
import type { LroClientOptions } from "../src/client/client.ts";
import { createLibraryServiceClient, type LibraryServiceClient } from "../testdata/gen/acme/library/v1/library_lro.ts";
import { BookSchema, LibraryService, OperationMetadataSchema } from "../testdata/gen/acme/library/v1/library_pb.ts";
import { type OperationSchema, Operations } from "../testdata/gen/google/longrunning/operations_pb.ts";

/** The state of an operation that a server returns. */
export type State = MessageInitShape<typeof OperationSchema>;

/** The response to a call: a state, an error, or a function that decides at the time of the call. */
export type Answer = State | ConnectError | ((clock: FakeClock, context: HandlerContext) => Promise<State>);

/** The responses of a server, in the order of the calls. The last one repeats for all further calls. */
export interface Script {
  readonly start?: Answer;
  readonly get?: readonly Answer[];
  /** Default: the server does not implement WaitOperation. */
  readonly wait?: readonly Answer[];
  /** The responses to CancelOperation and DeleteOperation, of which only errors and delays matter. */
  readonly cancel?: readonly Answer[];
  readonly delete?: readonly Answer[];
}

/** A call to google.longrunning.Operations. */
export interface Call {
  readonly method: string;
  /** The time of the call on the fake clock. */
  readonly at: number;
  readonly header: Headers;
  /** The timeout of the call, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** The requested duration of WaitOperation, in milliseconds. */
  readonly waitMs: number | undefined;
}

/** A library server whose responses a test specifies, with a client. */
export interface ScriptedServer {
  readonly library: LibraryServiceClient;
  readonly transport: Transport;
  readonly clock: FakeClock;
  readonly calls: Call[];
}

export function scriptedServer(
  script: Script,
  options: LroClientOptions & { readonly interceptors?: Interceptor[] } = {},
  clock: FakeClock = createFakeClock(),
): ScriptedServer {
  const calls: Call[] = [];
  const counts = new Map<string, number>();

  async function answer(method: string, answers: readonly Answer[], context: HandlerContext): Promise<State> {
    const count = counts.get(method) ?? 0;
    counts.set(method, count + 1);
    const next = answers[Math.min(count, answers.length - 1)] ?? {};
    if (next instanceof ConnectError) {
      throw next;
    }
    return typeof next === "function" ? await next(clock, context) : next;
  }

  function record(method: string, context: HandlerContext, timeout?: Duration): void {
    const waitMs = timeout && durationMs(timeout);
    calls.push({ method, at: clock.now(), header: context.requestHeader, timeoutMs: context.timeoutMs(), waitMs });
  }

  const { start = running(), get = [running()], wait, cancel = [{}], delete: remove = [{}] } = script;
  const routes = ({ service }: ConnectRouter): void => {
    service(LibraryService, {
      createBook: (_, context) => answer("CreateBook", [start], context),
      deleteBook: (_, context) => answer("DeleteBook", [start], context),
    });
    service(Operations, {
      getOperation(_, context) {
        record("GetOperation", context);
        return answer("GetOperation", get, context);
      },
      waitOperation({ timeout }, context) {
        record("WaitOperation", context, timeout);
        return answer("WaitOperation", wait ?? [new ConnectError("no such method", Code.Unimplemented)], context);
      },
      async cancelOperation(_, context) {
        record("CancelOperation", context);
        await answer("CancelOperation", cancel, context);
        return {};
      },
      async deleteOperation(_, context) {
        record("DeleteOperation", context);
        await answer("DeleteOperation", remove, context);
        return {};
      },
    });
  };
  const { interceptors = [], ...clientOptions } = options;
  const transport = createRouterTransport(routes, { transport: { interceptors } });
  // Round numbers make expectations easier to verify than the defaults.
  const polling = { initialDelayMs: 500, delayMultiplier: 1.5, ...options.polling };
  const library = createLibraryServiceClient(transport, { clock, ...clientOptions, polling });
  return { library, transport, clock, calls };
}

/** The name of the operation that the server starts. */
export const name = "operations/1";

export function running(progressPercent?: number): State {
  return { name, ...(progressPercent !== undefined && { metadata: progress(progressPercent) }) };
}

export function succeeded(title = "Emma"): State {
  return { name, done: true, metadata: progress(100), result: { case: "response", value: book(title) } };
}

export function failed(code: number, message: string, details: Any[] = []): State {
  return { name, done: true, result: { case: "error", value: { code, message, details } } };
}

export function book(title: string): Any {
  return anyPack(BookSchema, create(BookSchema, { title }));
}

export function progress(progressPercent: number): Any {
  return anyPack(OperationMetadataSchema, create(OperationMetadataSchema, { progressPercent }));
}

/** Returns a state after a delay on the fake clock. */
export function late(ms: number, state: State): Answer {
  return (clock) => new Promise((resolve) => clock.schedule(() => resolve(state), ms));
}
