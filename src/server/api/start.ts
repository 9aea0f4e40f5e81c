import { create, type Message, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { Operation } from "../../gen/google/longrunning/operations_pb.ts";
import type { StartContext } from "../handler.ts";
import type { HandlerDefaults, ServedMethod } from "../method.ts";
import { packOperation } from "../operation-init.ts";
import type { NewOperation, OperationStore, StartOutcome } from "../operation-store.ts";
import { pack } from "../result.ts";
import type { Telemetry } from "../telemetry.ts";
import type { Access } from "./access.ts";
import { busyError, preemptedErrors, scopedKey } from "./exclusive.ts";
import { operationMessage } from "./message.ts";
import { operationId } from "./operation-id.ts";
import { isValidateOnly, requestIdOf } from "./request-fields.ts";

/** The dependencies and settings for starting operations. */
export interface Starting {
  readonly store: OperationStore;
  readonly access: Access;
  readonly telemetry: Telemetry;
  readonly defaults: HandlerDefaults;
}

/** Serves a call of a long-running method: authorizes and validates it, then stores an operation for workers to run. */
export async function startOperation(
  starting: Starting,
  method: ServedMethod,
  request: Message,
  call: HandlerContext,
): Promise<Operation> {
  const { store, access, telemetry } = starting;
  const { handler, types, name: methodName } = method;
  const principal = await access.principal(call);
  await access.check({ action: "start", principal, method: methodName, request, call });
  const start: StartContext = { id: operationId(), principal, call };
  await handler.validate?.(request, start);

  const validateOnly = isValidateOnly(types.request, request);
  if (validateOnly && handler.validateOnly !== "run") {
    return packOperation(types, { response: create(types.response) });
  }
  const response = validateOnly ? undefined : await handler.immediate?.(request, start);
  // A request that only validates must not block or preempt operations with the same key.
  const key = validateOnly ? undefined : handler.exclusive?.key(request, start);
  const operation = newOperation(starting, method, request, start, key);
  const result = response === undefined ? undefined : { response: pack(types.response, response).any };
  const outcome = await store.start({ ...operation, result });
  telemetry.started(methodName, outcome);
  if ("refused" in outcome && outcome.refused === "busy") {
    throw await busyError(access, outcome, key, start);
  }
  return operationOf(outcome);
}

function newOperation(
  { defaults, telemetry }: Starting,
  { handler, types, name: method }: ServedMethod,
  request: Message,
  start: StartContext,
  key: string | undefined,
): Omit<NewOperation, "result"> {
  const { id, principal } = start;
  const name = handler.operationName?.(request, start) ?? `operations/${id}`;
  if (!name.endsWith(`/${id}`) || name.length > maxName) {
    throw new Error(
      `operationName of ${method} returned "${name}": return at most ${maxName} characters that end with "/${id}"`,
    );
  }
  const requestId = handler.requestId ? handler.requestId(request, start) : requestIdOf(types.request, request);
  return {
    ...{ id, name, method, principal },
    request: toBinary(types.request, request),
    requestId: checkRequestId(requestId),
    key: key === undefined ? undefined : scopedKey(key, handler.exclusive?.scope === "all" ? "" : principal),
    parallel: key !== undefined && handler.exclusive ? parallelOf[handler.exclusive.onBusy] : "allow",
    maxAttempts: handler.maxCrashes ?? defaults.maxCrashes,
    expireAfterSeconds: (handler.expireAfterMs ?? defaults.expireAfterMs) / 1_000,
    preempted: preemptedErrors(name),
    trace: telemetry.inject(),
  };
}

const parallelOf = { queue: "queue", reject: "abort", preempt: "preempt" } as const;
const maxName = 1_000;
const maxRequestId = 256;

function operationOf(outcome: Exclude<StartOutcome, { refused: "busy" }>): Operation {
  if ("operation" in outcome) {
    return operationMessage(outcome.operation);
  }
  switch (outcome.refused) {
    case "mismatch":
      throw new ConnectError(
        "the request ID was already used with a different request: use a new one",
        Code.InvalidArgument,
      );
    case "name-taken":
      throw new ConnectError(
        "an operation with this name already exists: call again to get a new name",
        Code.AlreadyExists,
      );
  }
}

function checkRequestId(requestId: string | undefined): string | undefined {
  if (requestId !== undefined && (requestId.length > maxRequestId || requestId.includes("\0"))) {
    const message = `the request ID is invalid: send at most ${maxRequestId} characters, without NUL`;
    throw new ConnectError(message, Code.InvalidArgument);
  }
  return requestId || undefined;
}
