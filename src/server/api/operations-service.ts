import { create } from "@bufbuild/protobuf";
import { type Duration, durationMs, EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import type { Operations } from "../../gen/google/longrunning/operations_pb.ts";
import type { OperationStore, StoredOperation } from "../operation-store.ts";
import { cancelledError } from "../result.ts";
import type { Access } from "./access.ts";
import { checkText, maxName } from "./check-text.ts";
import { listOperations } from "./list-operations.ts";
import { operationMessage } from "./message.ts";
import type { Waiting } from "./waiting.ts";

/** The dependencies and settings of the service. */
export interface Serving {
  readonly store: OperationStore;
  readonly access: Access;
  readonly waiting: Waiting;
  /** Maximum time for which a WaitOperation call blocks. */
  readonly maxWaitMs: number;
}

/** Implements google.longrunning.Operations over a store. */
export function operationsService({ store, access, waiting, maxWaitMs }: Serving): ServiceImpl<typeof Operations> {
  /** Returns the operation of this name, if the caller is allowed the action. */
  async function find(
    action: "get" | "wait" | "cancel" | "delete",
    name: string,
    context: HandlerContext,
  ): Promise<StoredOperation> {
    checkText("name", name, maxName);
    const operation = await waiting.read(name);
    await access.check({ action, name, operation, principal: await access.principal(context), call: context });
    return existing(name, operation);
  }

  return {
    listOperations: (request, context) => listOperations({ store, access }, request, context),

    async getOperation({ name }, context) {
      return operationMessage(await find("get", name, context));
    },

    async deleteOperation({ name }, context) {
      const { id } = await find("delete", name, context);
      await store.remove(id);
      return create(EmptySchema);
    },

    async cancelOperation({ name }, context) {
      const { id } = await find("cancel", name, context);
      await store.cancel(id, cancelledError);
      return create(EmptySchema);
    },

    async waitOperation({ name, timeout }, context) {
      const operation = await find("wait", name, context);
      const ms = waitMs(timeout, context, maxWaitMs);
      if (operation.done || ms === 0) {
        return operationMessage(operation);
      }
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(ms)]);
      return operationMessage(existing(name, await waiting.untilDone(name, signal)));
    },
  };
}

/** Returns how long to wait: the requested time, shortened so that the response arrives before the call's deadline. */
function waitMs(timeout: Duration | undefined, context: HandlerContext, maxWaitMs: number): number {
  const asked = timeout ? durationMs(timeout) : maxWaitMs;
  if (!(asked >= 0)) {
    throw new ConnectError("timeout is negative: send 0 or more", Code.InvalidArgument);
  }
  const deadline = context.timeoutMs() ?? Number.POSITIVE_INFINITY;
  const margin = Math.min(1_000, Math.max(50, deadline * 0.1));
  return Math.floor(Math.max(0, Math.min(asked, maxWaitMs, deadline - margin)));
}

function existing(name: string, operation: StoredOperation | undefined): StoredOperation {
  if (operation === undefined || operation.deleted) {
    throw new ConnectError(`operation "${name}" not found`, Code.NotFound);
  }
  return operation;
}
