import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.ts";
import type { RedisApi } from "./redis-api.ts";
import type { RedisServer, State } from "./redis-server.ts";

type GoogleOperation = Awaited<ReturnType<RedisServer["google"]["checkCreateInstanceProgress"]>>;
type OurOperation = Awaited<ReturnType<RedisServer["ours"]["createInstance"]>>;

/** Something that a server or a caller may do, for two clients to be compared by. */
export interface Behaviour {
  readonly what: string;
  readonly start?: State;
  /** What GetOperation answers, call by call. The last answer holds. */
  readonly polls?: readonly (State | ConnectError)[];
  /** What the caller does with the operation. By default it waits. */
  readonly google?: (operation: GoogleOperation, server: RedisServer) => Promise<unknown>;
  readonly ours?: (operation: OurOperation, server: RedisServer) => Promise<unknown>;
  /** Why our client is right where the two differ. */
  readonly why?: string;
}

/** What servers answer, to be put together. */
interface Answers {
  /** The full name of the type of a response. */
  readonly typeName: string;
  readonly instance: (name: string) => Any;
  readonly progress: Any;
  /** Bytes that are no message. */
  readonly broken: Uint8Array<ArrayBuffer>;
  readonly info: Any;
  readonly running: State;
  readonly done: State;
  readonly returns: (value: Any) => State;
  readonly fails: (code: number, message: string, details?: Any[]) => State;
  readonly poll: (code: Code) => ConnectError;
  readonly busy: ConnectError;
}

export function behaviours(api: RedisApi): Behaviour[] {
  const answers = createAnswers(api);
  return [starts, responses, failures, failedPolls, callers, otherCallers].flatMap((group) => group(answers));
}

function createAnswers({ instance: schema, metadata }: RedisApi): Answers {
  const instance = (name: string): Any => anyPack(schema, create(schema, { name } as Record<string, unknown>));
  const returns = (value: Any): State => ({ done: true, result: { case: "response", value } });
  return {
    typeName: schema.typeName,
    instance,
    progress: anyPack(metadata, create(metadata, { target: "here" } as Record<string, unknown>)),
    broken: new Uint8Array([0x0a, 0xff]),
    info: anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: "QUOTA" })),
    running: {},
    done: returns(instance("i")),
    returns,
    fails: (code, message, details = []) => ({
      done: true,
      result: { case: "error", value: { code, message, details } },
    }),
    poll: (code) => new ConnectError("the poll failed", code),
    busy: new ConnectError("the poll failed", Code.ResourceExhausted, undefined, [
      { desc: RetryInfoSchema, value: { retryDelay: { nanos: 50_000_000 } } },
    ]),
  };
}

/** What a server may say when it starts an operation. */
function starts({ progress, running, done, fails, poll }: Answers): Behaviour[] {
  return [
    { what: "It is done when it is started.", start: done },
    { what: "It is done when it is started, and has no name.", start: { ...done, name: "" } },
    { what: "It has failed when it is started.", start: fails(Code.InvalidArgument, "no") },
    {
      what: "It is neither done nor has a name.",
      start: { name: "" },
      polls: [poll(Code.InvalidArgument)],
      why: "Nobody can follow it. The error says whose fault that is.",
    },
    { what: "It is done after a while.", polls: [running, running, done] },
    {
      what: "Its metadata is read while it runs.",
      start: { metadata: progress },
      google: async ({ metadata }) => (metadata as { target?: string } | null)?.target,
      ours: async ({ metadata }) => (metadata as { target?: string } | undefined)?.target,
    },
  ];
}

/** What a server may say of an operation that succeeds. */
function responses({ instance, progress, broken, info, returns, done, typeName, fails }: Answers): Behaviour[] {
  return [
    {
      what: "It is done, with a newer field in the response.",
      polls: [returns({ ...instance("i"), value: concat(instance("i").value, [0xf8, 0x3f, 1]) })],
    },
    {
      what: "It is done without a result.",
      polls: [{ done: true }],
      why: "No instance was promised, and none can be made up. (Where the method returns Empty, ours succeeds.)",
    },
    {
      what: "It is done, and the response is an empty Any.",
      polls: [returns({ ...instance("i"), typeUrl: "", value: new Uint8Array() })],
      why: "An empty Any is no instance.",
    },
    {
      what: "It is done, and the response is of another type.",
      polls: [returns(progress)],
      why: "Bytes of another type may decode to a message that means nothing.",
    },
    {
      what: "It is done, and the type URL has another host.",
      polls: [returns({ ...instance("i"), typeUrl: `example.com/${typeName}` })],
    },
    {
      what: "It is done, and the type URL has no host.",
      polls: [returns({ ...instance("i"), typeUrl: typeName })],
    },
    {
      what: "It is done, and the response does not parse.",
      polls: [returns({ ...instance("i"), value: broken })],
      why: "A typed error that says what did not parse, rather than an error of the decoder.",
    },
    {
      what: "It is done, and its metadata is of another type.",
      polls: [{ ...done, metadata: info }],
      why: "What is wrong with the metadata must not hide a result.",
    },
    {
      what: "It is done, and its metadata does not parse.",
      polls: [{ ...done, metadata: { ...progress, value: broken } }],
      why: "What is wrong with the metadata must not hide a result.",
    },
    {
      what: "It is not done, but has a response already.",
      polls: [{ ...done, done: false }, returns(instance("second"))],
    },
    {
      what: "It is not done, but has an error already.",
      polls: [{ ...fails(Code.Internal, "early"), done: false }, done],
    },
  ];
}

/** How an operation may fail. */
function failures({ progress, info, running, fails }: Answers): Behaviour[] {
  return [
    { what: "It fails.", polls: [fails(Code.PermissionDenied, "Permission denied")] },
    { what: "It fails without a message.", polls: [fails(Code.Internal, "")] },
    {
      what: "It fails with code 0.",
      polls: [fails(0, "no code")],
      why: "Zero means OK, which a failure cannot be.",
    },
    {
      what: "It fails with a code that nobody knows.",
      polls: [fails(4711, "strange")],
      why: "A code that can be compared; the number itself is in the error's status.",
    },
    {
      what: "It fails, and says more in its details.",
      polls: [fails(Code.ResourceExhausted, "too many", [info])],
      google: (operation) => operation.promise().catch(({ details }: { details?: unknown }) => `details: ${details}`),
      ours: async (operation) => {
        const outcome = await operation.outcome();
        return outcome.status !== "succeeded" && `details: ${outcome.error.findDetails(ErrorInfoSchema)[0]?.reason}`;
      },
      why: "The details are for programs to act on.",
    },
    {
      what: "It fails, with metadata.",
      polls: [{ ...fails(Code.Internal, "broken"), metadata: progress }],
      google: (operation) =>
        operation.promise().catch(() => `metadata: ${(operation.metadata as { target?: string } | null)?.target}`),
      ours: async (operation) => {
        const { metadata } = await operation.outcome();
        return `metadata: ${(metadata as { target?: string } | undefined)?.target}`;
      },
      why: "How far it came is worth knowing when it fails.",
    },
    { what: "It was cancelled by someone else.", polls: [running, fails(Code.Canceled, "by the operator")] },
    { what: "It ran out of its own time.", polls: [fails(Code.DeadlineExceeded, "the job was too slow")] },
  ];
}

/** What may become of a poll. */
function failedPolls({ running, done, poll, busy }: Answers): Behaviour[] {
  return [
    {
      what: "A poll fails with UNAVAILABLE, once.",
      polls: [poll(Code.Unavailable), done],
      why: "The poll failed, the operation did not.",
    },
    {
      what: "Every other poll fails with UNAVAILABLE.",
      polls: [poll(Code.Unavailable), running, poll(Code.Unavailable), done],
      why: "The poll failed, the operation did not.",
    },
    {
      what: "A poll fails with DEADLINE_EXCEEDED.",
      polls: [poll(Code.DeadlineExceeded), done],
      why: "The poll failed, the operation did not.",
    },
    {
      what: "A poll fails with RESOURCE_EXHAUSTED and a RetryInfo.",
      polls: [busy, done],
      why: "The server said when to ask again.",
    },
    {
      what: "A poll does not find the operation, right after the start.",
      polls: [poll(Code.NotFound), done],
      why: "It may not be visible yet, where reads lag behind writes.",
    },
    {
      what: "A poll fails with PERMISSION_DENIED.",
      polls: [poll(Code.PermissionDenied)],
      why: "The error tells a poll that failed from an operation that did.",
    },
    {
      what: "A poll fails with CANCELLED.",
      polls: [poll(Code.Canceled)],
      why: "The operation was not cancelled, and goes on.",
    },
    {
      what: "A poll gives the operation another name.",
      polls: [{ name: "operations/other" }, done],
      why: "It is asked for by the name that it was started with.",
    },
  ];
}

/** What a caller may do while an operation runs. */
function callers({ running, done, fails, poll }: Answers): Behaviour[] {
  return [
    {
      what: "The caller waits a second time.",
      polls: [running, done],
      google: async (operation) => {
        await operation.promise();
        return operation.promise();
      },
      ours: async (operation) => {
        await operation.wait();
        return operation.wait();
      },
      why: "A result that is known can be asked for again.",
    },
    {
      what: "The caller waits twice at once.",
      polls: [running, done],
      google: async (operation) => (await Promise.all([operation.promise(), operation.promise()]))[1],
      ours: async (operation) => (await Promise.all([operation.wait(), operation.wait()]))[1],
    },
    {
      what: "The caller waits again after a poll has failed.",
      polls: [poll(Code.PermissionDenied), done],
      google: (operation) => operation.promise().catch(() => operation.promise()),
      ours: (operation) => operation.wait().catch(() => operation.wait()),
      why: "The permission may have been given by now.",
    },
    {
      what: "The caller cancels, and then waits; the operation succeeds all the same.",
      polls: [running, done],
      google: async (operation) => {
        await operation.cancel();
        return operation.promise();
      },
      ours: (operation) => operation.cancel().then(() => operation.wait()),
    },
    {
      what: "The caller cancels during a poll; the operation succeeds all the same.",
      polls: [running, done],
      google: async (operation) => (await Promise.all([operation.promise(), operation.cancel()]))[0],
      ours: async (operation) => (await Promise.all([operation.wait(), operation.cancel()]))[0],
      why: "A cancellation is a request: only the server knows what became of it.",
    },
    {
      what: "The caller cancels, and then waits; the operation is cancelled.",
      polls: [running, running, fails(Code.Canceled, "by the caller")],
      google: async (operation) => {
        await operation.cancel();
        return operation.promise();
      },
      ours: (operation) => operation.cancel().then(() => operation.wait()),
    },
  ];
}

/** What a caller may do who has no time, or did not start the operation. */
function otherCallers({ running, done, poll }: Answers): Behaviour[] {
  return [
    {
      what: "The caller has no more time.",
      polls: [running],
      google: (operation) => {
        const { backoffSettings } = operation as { backoffSettings?: object };
        Object.assign(operation, { backoffSettings: { ...backoffSettings, totalTimeoutMillis: 300 } });
        return operation.promise();
      },
      ours: (operation) => operation.wait({ timeoutMs: 300 }),
      why: "The error tells a caller without time from an operation without time, and that the operation goes on.",
    },
    {
      what: "The caller aborts the wait by a signal.",
      polls: [running],
      google: async () => "cannot",
      ours: (operation) => operation.wait({ signal: AbortSignal.abort() }),
      why: "A page that is left need not go on polling.",
    },
    {
      what: "Another process goes on by name.",
      polls: [done],
      google: async (operation, { google }) =>
        (await google.checkCreateInstanceProgress(operation.name ?? "")).promise(),
      ours: async (operation, { ours }) => ours.createInstance.resume(operation.name).wait(),
    },
    {
      what: "Another process goes on as if another method had started it.",
      polls: [done],
      google: async (operation, { google }) =>
        (await google.checkDeleteInstanceProgress(operation.name ?? "")).promise(),
      ours: async (operation, { ours }) =>
        ours.createInstance.resume(operation.toToken().replace("CreateInstance", "DeleteInstance")).wait(),
      why: "The token knows its method, and the response knows its type.",
    },
    {
      what: "The operation is deleted after it was done, and its result is asked for again.",
      polls: [done, poll(Code.NotFound)],
      google: async (operation) => {
        await operation.promise();
        return operation.getOperation();
      },
      ours: async (operation) => {
        await operation.wait();
        return operation.wait();
      },
    },
  ];
}

function concat(bytes: Uint8Array, more: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...bytes, ...more]);
}
