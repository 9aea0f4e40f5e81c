import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.ts";
import type { AzurePoller, AzureServer } from "./azure-lro.ts";
import type { RedisApi } from "./redis-api.ts";
import type { RedisServer, State } from "./redis-server.ts";

type GoogleOperation = Awaited<ReturnType<RedisServer["google"]["checkCreateInstanceProgress"]>>;
type OurOperation = Awaited<ReturnType<RedisServer["ours"]["createInstance"]>>;

/** A situation in which to compare two clients. */
export interface Behavior {
  readonly situation: string;
  readonly start?: State;
  /** The responses of GetOperation, in order. The last one repeats. */
  readonly polls?: readonly (State | ConnectError)[];
  /** Actions of the caller on the operation. Default: it waits for the result. */
  readonly google?: (operation: GoogleOperation, server: RedisServer) => Promise<unknown>;
  readonly ours?: (operation: OurOperation, server: RedisServer) => Promise<unknown>;
  /** The action in test/java-gax/Differences.java. Default: "wait". */
  readonly java?: string;
  /** The same for Azure's poller, or the reason why its protocol does not have the situation. */
  readonly azure?: ((poller: AzurePoller, azure: AzureServer, index: number) => Promise<unknown>) | string;
  /** The reason for our client's behavior if the two differ. */
  readonly why?: string;
}

const untyped = "n/a: results have no type";
const noCancel = "n/a: pollers cannot cancel";

/** Building blocks for server responses. */
interface Answers {
  /** The full name of the response type. */
  readonly typeName: string;
  readonly instance: (name: string) => Any;
  readonly progress: Any;
  /** Bytes that are not an encoded message. */
  readonly broken: Uint8Array<ArrayBuffer>;
  readonly info: Any;
  readonly running: State;
  readonly done: State;
  readonly returns: (value: Any) => State;
  readonly fails: (code: number, message: string, details?: Any[]) => State;
  readonly poll: (code: Code) => ConnectError;
  readonly busy: ConnectError;
}

export function behaviors(api: RedisApi): Behavior[] {
  const answers = createAnswers(api);
  return [starts, responses, failures, failedPolls, callers, otherCallers].flatMap((group) => group(answers));
}

function createAnswers({ instance: schema, metadata }: RedisApi): Answers {
  const instance = (name: string): Any => anyPack(schema, create(schema, { name } as Record<string, unknown>));
  const returns = (value: Any): State => ({ done: true, result: { case: "response", value } });
  return {
    typeName: schema.typeName,
    instance,
    progress: anyPack(metadata, create(metadata, { target: "metadata" } as Record<string, unknown>)),
    broken: new Uint8Array([0x0a, 0xff]),
    info: anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: "QUOTA" })),
    running: {},
    done: returns(instance("instance")),
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

/** Responses to the call that starts an operation. */
function starts({ progress, running, done, fails, poll }: Answers): Behavior[] {
  return [
    { situation: "The started operation is already done.", start: done },
    { situation: "The started operation is already done and has no name.", start: { ...done, name: "" } },
    { situation: "The started operation has already failed.", start: fails(Code.InvalidArgument, "no") },
    {
      situation: "The started operation is not done and has no name.",
      start: { name: "" },
      polls: [poll(Code.InvalidArgument)],
      why: "It can't be polled; the error blames the server.",
    },
    { situation: "The operation is done after two polls.", polls: [running, running, done] },
    {
      situation: "The caller reads the metadata of a running operation.",
      java: "read metadata",
      azure: async (poller) => {
        await poller.poll();
        return `metadata: ${poller.operationState && Object.keys(poller.operationState).includes("properties")}`;
      },
      start: { metadata: progress },
      google: async ({ metadata }) => (metadata as { target?: string } | null)?.target,
      ours: async ({ metadata }) => (metadata as { target?: string } | undefined)?.target,
    },
  ];
}

/** States of operations that succeed or have an invalid response. */
function responses({ instance, progress, broken, info, returns, done, typeName, fails }: Answers): Behavior[] {
  return [
    {
      situation: "The response contains an unknown field.",
      polls: [returns({ ...instance("instance"), value: concat(instance("instance").value, [0xf8, 0x3f, 1]) })],
    },
    {
      situation: "The operation is done but has no result.",
      polls: [{ done: true }],
      why: "The method declares an instance as its response. (If it declares Empty, our client succeeds.)",
    },
    {
      situation: "The response is an empty `Any`.",
      azure: untyped,
      polls: [returns({ ...instance("instance"), typeUrl: "", value: new Uint8Array() })],
      why: "An empty `Any` does not contain an instance.",
    },
    {
      situation: "The response is of another type.",
      azure: untyped,
      polls: [returns(progress)],
      why: "Decoding bytes as another type can result in a meaningless message.",
    },
    {
      situation: "The type URL of the response has another host.",
      azure: untyped,
      polls: [returns({ ...instance("instance"), typeUrl: `example.com/${typeName}` })],
    },
    {
      situation: "The type URL of the response has no host.",
      azure: untyped,
      polls: [returns({ ...instance("instance"), typeUrl: typeName })],
    },
    {
      situation: "The response cannot be decoded.",
      azure: untyped,
      polls: [returns({ ...instance("instance"), value: broken })],
      why: "The caller can catch a typed error that names the message.",
    },
    {
      situation: "The metadata of a done operation is of another type.",
      azure: untyped,
      polls: [{ ...done, metadata: info }],
      why: "Invalid metadata must not hide a result.",
    },
    {
      situation: "The metadata of a done operation cannot be decoded.",
      azure: untyped,
      polls: [{ ...done, metadata: { ...progress, value: broken } }],
      why: "Invalid metadata must not hide a result.",
    },
    {
      situation: "The operation is not done but already has a response.",
      polls: [{ ...done, done: false }, returns(instance("final"))],
    },
    {
      situation: "The operation is not done but already has an error.",
      polls: [{ ...fails(Code.Internal, "early"), done: false }, done],
    },
  ];
}

/** States of operations that fail. */
function failures({ progress, info, running, fails }: Answers): Behavior[] {
  return [
    { situation: "The operation fails.", polls: [fails(Code.PermissionDenied, "Permission denied")] },
    { situation: "The operation fails without a message.", polls: [fails(Code.Internal, "")] },
    {
      situation: "The operation fails with code 0.",
      polls: [fails(0, "no code")],
      why: "Code 0 means OK, which is not an error.",
    },
    {
      situation: "The operation fails with an unknown code.",
      polls: [fails(4711, "strange")],
    },
    {
      situation: "The operation fails with error details.",
      java: "read details",
      azure: (poller) => poller.pollUntilDone().catch(({ details }: { details?: unknown }) => `details: ${details}`),
      polls: [fails(Code.ResourceExhausted, "too many", [info])],
      google: (operation) => operation.promise().catch(({ details }: { details?: unknown }) => `details: ${details}`),
      ours: async (operation) => {
        const outcome = await operation.outcome();
        return outcome.status !== "succeeded" && `details: ${outcome.error.findDetails(ErrorInfoSchema)[0]?.reason}`;
      },
      why: "Programs need the details to handle the error.",
    },
    {
      situation: "The operation fails with metadata.",
      java: "read metadata of a failure",
      azure: untyped,
      polls: [{ ...fails(Code.Internal, "broken"), metadata: progress }],
      google: (operation) =>
        operation.promise().catch(() => `metadata: ${(operation.metadata as { target?: string } | null)?.target}`),
      ours: async (operation) => {
        const { metadata } = await operation.outcome();
        return `metadata: ${(metadata as { target?: string } | undefined)?.target}`;
      },
      why: "The metadata contains the progress before the failure.",
    },
    { situation: "Another caller cancels the operation.", polls: [running, fails(Code.Canceled, "by the operator")] },
    {
      situation: "The operation exceeds its own deadline.",
      polls: [fails(Code.DeadlineExceeded, "the job was too slow")],
    },
  ];
}

/** Polls that fail or return unexpected states. */
function failedPolls({ running, done, poll, busy }: Answers): Behavior[] {
  return [
    {
      situation: "One poll fails with UNAVAILABLE.",
      polls: [poll(Code.Unavailable), done],
      why: "The poll failed, but the operation did not.",
    },
    {
      situation: "Every other poll fails with UNAVAILABLE.",
      polls: [poll(Code.Unavailable), running, poll(Code.Unavailable), done],
      why: "The poll failed, but the operation did not.",
    },
    {
      situation: "A poll fails with DEADLINE_EXCEEDED.",
      polls: [poll(Code.DeadlineExceeded), done],
      why: "The poll failed, but the operation did not.",
    },
    {
      situation: "A poll fails with RESOURCE_EXHAUSTED and a RetryInfo.",
      polls: [busy, done],
      why: "The server specifies when to poll again.",
    },
    {
      situation: "The first poll after the start fails with NOT_FOUND.",
      polls: [poll(Code.NotFound), done],
      why: "If reads lag behind writes on the server, the operation is not visible yet.",
    },
    {
      situation: "A poll fails with PERMISSION_DENIED.",
      polls: [poll(Code.PermissionDenied)],
      why: "The error class distinguishes a failed poll from a failed operation.",
    },
    {
      situation: "A poll fails with CANCELLED.",
      polls: [poll(Code.Canceled)],
      why: "The poll was cancelled; the operation keeps running.",
    },
    {
      situation: "A poll returns the operation with another name.",
      polls: [{ name: "operations/other" }, done],
      why: "The client always polls with the original name.",
    },
  ];
}

/** Actions of a caller while an operation runs. */
function callers({ running, done, fails, poll }: Answers): Behavior[] {
  return [
    {
      situation: "The caller waits again after the operation is done.",
      java: "wait twice",
      azure: async (poller) => {
        await poller.pollUntilDone();
        return poller.pollUntilDone();
      },
      polls: [running, done],
      google: async (operation) => {
        await operation.promise();
        return operation.promise();
      },
      ours: async (operation) => {
        await operation.wait();
        return operation.wait();
      },
      why: "The result is known and can be returned again.",
    },
    {
      situation: "The caller waits twice concurrently.",
      java: "wait concurrently",
      azure: async (poller) => (await Promise.all([poller.pollUntilDone(), poller.pollUntilDone()]))[1],
      polls: [running, done],
      google: async (operation) => (await Promise.all([operation.promise(), operation.promise()]))[1],
      ours: async (operation) => (await Promise.all([operation.wait(), operation.wait()]))[1],
    },
    {
      situation: "The caller waits again after a poll failed with PERMISSION_DENIED.",
      java: "wait again after a failure",
      azure: (poller) => poller.pollUntilDone().catch(() => poller.pollUntilDone()),
      polls: [poll(Code.PermissionDenied), done],
      google: (operation) => operation.promise().catch(() => operation.promise()),
      ours: (operation) => operation.wait().catch(() => operation.wait()),
      why: "The caller may have been granted the permission in the meantime.",
    },
    {
      situation: "The caller cancels, then waits; the operation still succeeds.",
      java: "cancel, then wait",
      azure: noCancel,
      polls: [running, done],
      google: async (operation) => {
        await operation.cancel();
        return operation.promise();
      },
      ours: (operation) => operation.cancel().then(() => operation.wait()),
    },
    {
      situation: "The caller cancels while waiting; the operation still succeeds.",
      java: "cancel while waiting",
      azure: noCancel,
      polls: [running, done],
      google: async (operation) => (await Promise.all([operation.promise(), operation.cancel()]))[0],
      ours: async (operation) => (await Promise.all([operation.wait(), operation.cancel()]))[0],
      why: "Cancel is only a request; the outcome is decided on the server.",
    },
    {
      situation: "The caller cancels, then waits; the operation is cancelled.",
      java: "cancel, then wait",
      azure: noCancel,
      polls: [running, running, fails(Code.Canceled, "by the caller")],
      google: async (operation) => {
        await operation.cancel();
        return operation.promise();
      },
      ours: (operation) => operation.cancel().then(() => operation.wait()),
    },
  ];
}

/** Callers with a timeout or signal, and callers that did not start the operation. */
function otherCallers({ running, done, poll }: Answers): Behavior[] {
  return [
    {
      situation: "The wait times out.",
      java: "wait 300 ms",
      azure: (poller) => poller.pollUntilDone({ abortSignal: AbortSignal.timeout(300) }),
      polls: [running],
      google: (operation) => {
        const { backoffSettings } = operation as { backoffSettings?: object };
        Object.assign(operation, { backoffSettings: { ...backoffSettings, totalTimeoutMillis: 300 } });
        return operation.promise();
      },
      ours: (operation) => operation.wait({ timeoutMs: 300 }),
      why: "The error class distinguishes a wait that timed out from an operation that did. The operation keeps running.",
    },
    {
      situation: "The caller aborts the wait with a signal.",
      java: "abort",
      azure: (poller) => poller.pollUntilDone({ abortSignal: AbortSignal.abort() }),
      polls: [running],
      google: async () => "not supported",
      ours: (operation) => operation.wait({ signal: AbortSignal.abort() }),
      why: "A web page can stop polling when the user leaves it.",
    },
    {
      situation: "Another process resumes the operation by name.",
      java: "resume",
      azure: async (poller, azure, index) => {
        const restoreFrom = await poller.serialize();
        return azure.start(index, { restoreFrom }).pollUntilDone();
      },
      polls: [done],
      google: async (operation, { google }) =>
        (await google.checkCreateInstanceProgress(operation.name ?? "")).promise(),
      ours: async (operation, { ours }) => ours.createInstance.resume(operation.name).wait(),
    },
    {
      situation: "Another process resumes the operation with the wrong method.",
      java: "resume another method",
      azure: async (poller, azure, index) => {
        const restoreFrom = await poller.serialize();
        return azure.start(index + 1, { restoreFrom }).pollUntilDone();
      },
      polls: [done],
      google: async (operation, { google }) =>
        (await google.checkDeleteInstanceProgress(operation.name ?? "")).promise(),
      ours: async (operation, { ours }) => {
        const method = "google.cloud.redis.v1.CloudRedis.DeleteInstance";
        return ours.createInstance.resume(JSON.stringify({ v: 1, method, name: operation.name })).wait();
      },
      why: "The token contains the method, so the client detects the mistake.",
    },
    {
      situation: "The operation is deleted on the server, and the caller waits again.",
      java: "wait twice",
      azure: async (poller) => {
        await poller.pollUntilDone();
        return poller.pollUntilDone();
      },
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
