import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.ts";
import type { RedisApi } from "./redis-api.ts";
import type { RedisServer, State } from "./redis-server.ts";

type GoogleOperation = Awaited<ReturnType<RedisServer["google"]["checkCreateInstanceProgress"]>>;
type OurOperation = Awaited<ReturnType<RedisServer["ours"]["createInstance"]>>;

/** A situation that the server or the caller causes, in which the two clients are compared. */
export interface Behaviour {
  readonly what: string;
  /** The operation that the server starts. Default: one that is running. */
  readonly start?: State;
  /** The responses of GetOperation, in the order of the calls. The last one repeats. */
  readonly polls?: readonly (State | ConnectError)[];
  /** What the caller does with the operation. Default: it waits. */
  readonly google?: (operation: GoogleOperation, server: RedisServer) => Promise<unknown>;
  readonly ours?: (operation: OurOperation, server: RedisServer) => Promise<unknown>;
  /** The reason for our client's behavior, if the two differ. */
  readonly why?: string;
}

/** The building blocks of the server's responses. */
interface Answers {
  /** The full name of the response type. */
  readonly typeName: string;
  readonly instance: (name: string) => Any;
  readonly progress: Any;
  /** Bytes that do not parse as a message. */
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
    progress: anyPack(metadata, create(metadata, { target: "halfway" } as Record<string, unknown>)),
    broken: new Uint8Array([0x0a, 0xff]),
    info: anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: "QUOTA" })),
    running: {},
    done: returns(instance("done")),
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

/** What the server can return when it starts an operation. */
function starts({ progress, running, done, fails, poll }: Answers): Behaviour[] {
  return [
    { what: "The operation is done when it is started.", start: done },
    { what: "The operation is done when it is started and has no name.", start: { ...done, name: "" } },
    { what: "The operation is already failed when it is started.", start: fails(Code.InvalidArgument, "no") },
    {
      what: "The operation is not done and has no name.",
      start: { name: "" },
      polls: [poll(Code.InvalidArgument)],
      why: "A client cannot poll it. The error shows that the server is at fault.",
    },
    { what: "The operation is done at the third poll.", polls: [running, running, done] },
    {
      what: "The caller reads the metadata, whose `target` is `halfway`, while the operation runs.",
      start: { metadata: progress },
      google: async ({ metadata }) => (metadata as { target?: string } | null)?.target,
      ours: async ({ metadata }) => (metadata as { target?: string } | undefined)?.target,
    },
  ];
}

/** What the server can return for an operation that succeeds. */
function responses({ instance, progress, broken, info, returns, done, typeName, fails }: Answers): Behaviour[] {
  return [
    {
      what: "The response has a field that the client does not know.",
      polls: [returns({ ...instance("done"), value: concat(instance("done").value, [0xf8, 0x3f, 1]) })],
    },
    {
      what: "The operation is done without a response, although the method returns an Instance.",
      polls: [{ done: true }],
      why: "An empty Instance would look like a result. (If the method returns Empty, our client succeeds.)",
    },
    {
      what: "The response is an empty Any.",
      polls: [returns({ ...instance("done"), typeUrl: "", value: new Uint8Array() })],
      why: "An empty Any does not contain an Instance.",
    },
    {
      what: "The response is of another type.",
      polls: [returns(progress)],
      why: "Bytes of another type can decode to a meaningless message.",
    },
    {
      what: "The type URL of the response has another host.",
      polls: [returns({ ...instance("done"), typeUrl: `example.com/${typeName}` })],
    },
    {
      what: "The type URL of the response has no host.",
      polls: [returns({ ...instance("done"), typeUrl: typeName })],
    },
    {
      what: "The response does not parse.",
      polls: [returns({ ...instance("done"), value: broken })],
      why: "A typed error names the type that did not parse, and can be caught.",
    },
    {
      what: "The operation succeeds, and its metadata is of another type.",
      polls: [{ ...done, metadata: info }],
      why: "A problem with the metadata must not hide a response.",
    },
    {
      what: "The operation succeeds, and its metadata does not parse.",
      polls: [{ ...done, metadata: { ...progress, value: broken } }],
      why: "A problem with the metadata must not hide a response.",
    },
    {
      what: "A poll returns a response before the operation is done; the next one returns the final response.",
      polls: [{ ...returns(instance("early")), done: false }, done],
    },
    {
      what: "A poll returns an error before the operation is done; the next one returns a response.",
      polls: [{ ...fails(Code.Internal, "early"), done: false }, done],
    },
  ];
}

/** How an operation can fail. */
function failures({ progress, info, running, fails }: Answers): Behaviour[] {
  return [
    { what: "The operation fails.", polls: [fails(Code.PermissionDenied, "Permission denied")] },
    { what: "The operation fails without a message.", polls: [fails(Code.Internal, "")] },
    {
      what: "The operation fails with code 0.",
      polls: [fails(0, "no code")],
      why: "Code 0 means OK, so it cannot describe a failure.",
    },
    {
      what: "The operation fails with an undefined code.",
      polls: [fails(4711, "strange")],
      why: "`code` is always one of Connect's codes. The original number is in the error's `status`.",
    },
    {
      what: "The operation fails with an ErrorInfo in its details, whose `reason` is `QUOTA`.",
      polls: [fails(Code.ResourceExhausted, "too many", [info])],
      google: (operation) => operation.promise().catch(({ details }: { details?: unknown }) => `details: ${details}`),
      ours: async (operation) => {
        const outcome = await operation.outcome();
        return outcome.status !== "succeeded" && `details: ${outcome.error.findDetails(ErrorInfoSchema)[0]?.reason}`;
      },
      why: "Programs can act on the details.",
    },
    {
      what: "The operation fails with metadata, whose `target` is `halfway`.",
      polls: [{ ...fails(Code.Internal, "broken"), metadata: progress }],
      google: (operation) =>
        operation.promise().catch(() => `metadata: ${(operation.metadata as { target?: string } | null)?.target}`),
      ours: async (operation) => {
        const { metadata } = await operation.outcome();
        return `metadata: ${(metadata as { target?: string } | undefined)?.target}`;
      },
      why: "The progress before a failure is useful to the caller.",
    },
    { what: "Another client cancelled the operation.", polls: [running, fails(Code.Canceled, "by the operator")] },
    { what: "The operation exceeded its own deadline.", polls: [fails(Code.DeadlineExceeded, "the job was too slow")] },
  ];
}

/** How a poll can fail. */
function failedPolls({ running, done, poll, busy }: Answers): Behaviour[] {
  return [
    {
      what: "One poll fails with UNAVAILABLE.",
      polls: [poll(Code.Unavailable), done],
      why: "The poll failed, not the operation.",
    },
    {
      what: "Every other poll fails with UNAVAILABLE.",
      polls: [poll(Code.Unavailable), running, poll(Code.Unavailable), done],
      why: "The poll failed, not the operation.",
    },
    {
      what: "A poll fails with DEADLINE_EXCEEDED.",
      polls: [poll(Code.DeadlineExceeded), done],
      why: "The poll failed, not the operation.",
    },
    {
      what: "A poll fails with RESOURCE_EXHAUSTED and a RetryInfo.",
      polls: [busy, done],
      why: "The server specified when to retry.",
    },
    {
      what: "The first poll fails with NOT_FOUND.",
      polls: [poll(Code.NotFound), done],
      why: "The operation may not be visible yet if reads lag behind writes.",
    },
    {
      what: "A poll fails with PERMISSION_DENIED.",
      polls: [poll(Code.PermissionDenied)],
      why: "The error class shows that the poll failed, not the operation.",
    },
    {
      what: "A poll fails with CANCELED.",
      polls: [poll(Code.Canceled)],
      why: "The poll was cancelled, not the operation.",
    },
    {
      what: "A poll returns another name.",
      polls: [{ name: "operations/other" }, done],
      why: "The client always polls the name with which the operation was started.",
    },
  ];
}

/** What the caller can do while the operation runs. */
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
      why: "A known result stays available.",
    },
    {
      what: "The caller waits twice concurrently.",
      polls: [running, done],
      google: async (operation) => (await Promise.all([operation.promise(), operation.promise()]))[1],
      ours: async (operation) => (await Promise.all([operation.wait(), operation.wait()]))[1],
    },
    {
      what: "The caller waits again after a poll failed.",
      polls: [poll(Code.PermissionDenied), done],
      google: (operation) => operation.promise().catch(() => operation.promise()),
      ours: (operation) => operation.wait().catch(() => operation.wait()),
      why: "The caller may have the permission by now.",
    },
    {
      what: "The caller cancels, then waits; the operation succeeds anyway.",
      polls: [running, done],
      google: async (operation) => {
        await operation.cancel();
        return operation.promise();
      },
      ours: (operation) => operation.cancel().then(() => operation.wait()),
    },
    {
      what: "The caller cancels during a wait; the operation succeeds anyway.",
      polls: [running, done],
      google: async (operation) => (await Promise.all([operation.promise(), operation.cancel()]))[0],
      ours: async (operation) => (await Promise.all([operation.wait(), operation.cancel()]))[0],
      why: "Cancellation is a request. Only the server decides whether the operation is cancelled.",
    },
    {
      what: "The caller cancels, then waits; the operation is cancelled.",
      polls: [running, running, fails(Code.Canceled, "by the caller")],
      google: async (operation) => {
        await operation.cancel();
        return operation.promise();
      },
      ours: (operation) => operation.cancel().then(() => operation.wait()),
    },
  ];
}

/** What a caller can do that ends its wait early or did not start the operation. */
function otherCallers({ running, done, poll }: Answers): Behaviour[] {
  return [
    {
      what: "The timeout of the wait expires.",
      polls: [running],
      google: (operation) => {
        const { backoffSettings } = operation as { backoffSettings?: object };
        Object.assign(operation, { backoffSettings: { ...backoffSettings, totalTimeoutMillis: 300 } });
        return operation.promise();
      },
      ours: (operation) => operation.wait({ timeoutMs: 300 }),
      why: "The error class shows that the wait timed out, not the operation.",
    },
    {
      what: "The caller aborts the wait with a signal.",
      polls: [running],
      google: async () => "not supported",
      ours: (operation) => operation.wait({ signal: AbortSignal.abort() }),
      why: "For example, a page stops polling when the user leaves it.",
    },
    {
      what: "Another process resumes the operation by name.",
      polls: [done],
      google: async (operation, { google }) =>
        (await google.checkCreateInstanceProgress(operation.name ?? "")).promise(),
      ours: async (operation, { ours }) => ours.createInstance.resume(operation.name).wait(),
    },
    {
      what: "Another process resumes the operation with the wrong method.",
      polls: [done],
      google: async (operation, { google }) =>
        (await google.checkDeleteInstanceProgress(operation.name ?? "")).promise(),
      ours: async (operation, { ours }) =>
        ours.createInstance.resume(operation.toToken().replace("CreateInstance", "DeleteInstance")).wait(),
      why: "The token contains the method.",
    },
    {
      what: "After a wait, the operation is deleted and the caller reads the result again.",
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
