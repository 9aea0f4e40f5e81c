import { createHash } from "node:crypto";
import { create, type Message, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { Operation } from "../../gen/google/longrunning/operations_pb.ts";
import { secondsOf } from "../duration.ts";
import type { OperationStore, StartOutcome } from "../engine.ts";
import type { ServedMethod } from "../method.ts";
import { packOperation } from "../operation-init.ts";
import { errorResult, pack } from "../result.ts";
import type { Telemetry } from "../telemetry.ts";
import type { Access } from "./access.ts";
import { operationMessage } from "./message.ts";
import { operationId } from "./operation-id.ts";
import { isValidateOnly, requestIdOf } from "./request-fields.ts";

/** What starting an operation takes, and what holds where a handler says nothing. */
export interface Starting {
  readonly store: OperationStore;
  readonly access: Access;
  readonly telemetry: Telemetry;
  readonly maxAttempts: number;
  readonly expireAfterSeconds: number;
}

/** Serves a call of a long-running method: checks it, and stores the operation that will do the work. */
export async function startOperation(
  { store, access, telemetry, ...defaults }: Starting,
  method: ServedMethod,
  request: Message,
  context: HandlerContext,
): Promise<Operation> {
  const { handler, types, name: methodName } = method;
  const principal = await access.principal(context);
  await access.check({ action: "start", principal, method: methodName });
  await handler.validate?.(request, context);

  const validateOnly = isValidateOnly(method.request, request);
  if (validateOnly && handler.validateOnly !== "run") {
    return packOperation(types, { response: create(types.response) });
  }
  const response = validateOnly ? undefined : await handler.immediate?.(request, context);
  const id = operationId();
  const name = handler.operationName?.(request, id) ?? `operations/${id}`;
  if (!name.endsWith(`/${id}`) || name.length > maxName) {
    throw new Error(`operationName of ${methodName} must return a name that ends with /${id}, not "${name}"`);
  }
  // Validation takes nothing from others.
  const key = validateOnly ? undefined : handler.key?.(request);
  const outcome = await store.start({
    id,
    name,
    method: methodName,
    principal,
    request: toBinary(method.request, request),
    requestId: checkRequestId(handler.requestId ? handler.requestId(request) : requestIdOf(method.request, request)),
    key: key === undefined ? undefined : storableKey(key),
    parallel: key === undefined ? "allow" : (handler.parallel ?? "allow"),
    maxAttempts: handler.maxAttempts ?? defaults.maxAttempts,
    expireAfterSeconds: handler.expireAfter ? secondsOf(handler.expireAfter) : defaults.expireAfterSeconds,
    result: response === undefined ? undefined : { response: pack(types.response, response).any },
    preempted: errorResult(new ConnectError(`preempted by ${name}, which has the same key`, Code.Aborted)).error,
    trace: telemetry.inject(),
  });
  telemetry.started(methodName, outcome);
  return operationOf(outcome, key);
}

const maxName = 1_000;
const maxRequestId = 256;
const maxKey = 500;

function operationOf(outcome: StartOutcome, key: string | undefined): Operation {
  if ("operation" in outcome) {
    return operationMessage(outcome.operation);
  }
  switch (outcome.refused) {
    case "busy":
      throw new ConnectError(
        `another operation on "${key}" is in progress: start this one when it is done`,
        Code.Aborted,
      );
    case "mismatch":
      throw new ConnectError("the request id was used with another request", Code.InvalidArgument);
    case "name-taken":
      throw new ConnectError("an operation of this name exists", Code.AlreadyExists);
  }
}

function checkRequestId(requestId: string | undefined): string | undefined {
  if (requestId !== undefined && (requestId.length > maxRequestId || requestId.includes("\0"))) {
    const text = `the request id must have ${maxRequestId} characters at most, and no NUL`;
    throw new ConnectError(text, Code.InvalidArgument);
  }
  return requestId || undefined;
}

/** A key that an index can hold, whatever the request says. */
function storableKey(key: string): string {
  return key.length > maxKey || key.includes("\0") ? `sha256:${createHash("sha256").update(key).digest("hex")}` : key;
}
