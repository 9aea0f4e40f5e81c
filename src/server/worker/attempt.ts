import { fromBinary, type Message } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { LroResponseInit } from "../../operation/message-init.ts";
import { OperationInterruption } from "../interruption.ts";
import type { Log } from "../log.ts";
import type { Result } from "../operation-store.ts";
import { errorResult, pack, publicError } from "../result.ts";
import { untilAvailable } from "./retry.ts";
import type { Work } from "./work.ts";

/**
 * Runs the handler of a claimed operation and writes the result. Never throws.
 *
 * @returns The type of the attempt's error, if it failed.
 */
export async function runAttempt(work: Work, log: Log): Promise<string | undefined> {
  const { about } = work;
  const ended = await run(work, (entry) => log({ ...about, ...entry }));
  if (ended === undefined) {
    return work.interruption;
  }
  const { result, errorType } = ended;
  if (result) {
    try {
      // If this returns false, the operation is done or belongs to another worker, so there is nothing left to write.
      await untilAvailable(
        () => work.settle(result),
        (error) => log({ ...about, level: "warn", message: "writing the result failed: the worker will retry", error }),
      );
    } catch (error) {
      // The worker no longer renews the lease, so another attempt follows.
      const message = "writing the result failed: another attempt will follow when the lease expires";
      log({ ...about, level: "error", message, error });
    }
  }
  return errorType;
}

/** The end of an attempt. `undefined` if another worker completes the operation. */
type Ended = { readonly result?: Result; readonly errorType?: string } | undefined;

async function run(work: Work, report: Log): Promise<Ended> {
  if (work.claim.cancelRequested) {
    return failed(new OperationInterruption("cancelled").toConnectError());
  }
  try {
    return succeeded(work, await callHandler(work));
  } catch (error) {
    if (work.committed) {
      const message =
        "the handler threw an error after its commit, which completed the operation: the response is kept";
      report({ level: "warn", message, error });
      return {};
    }
    if (work.interruption === "lease-lost" || work.interruption === "draining") {
      return undefined;
    }
    const seen = outcomeOf(error, work);
    const level = seen.code === Code.Internal && seen !== error ? "error" : "info";
    report({ level, message: "the handler failed", error });
    return failed(seen);
  }
}

async function callHandler(work: Work): Promise<LroResponseInit<Message>> {
  const { types, handler } = work.method;
  return await handler.run(fromBinary(types.request, work.claim.request), work.operation);
}

function succeeded(work: Work, response: LroResponseInit<Message>): Ended {
  return work.committed ? {} : { result: { response: pack(work.method.types.response, response).any } };
}

function failed(error: ConnectError): Ended {
  return { result: errorResult(error), errorType: codeToString(error.code) };
}

/**
 * After an interruption, errors other than ConnectError usually come from aborted calls, so the interruption replaces
 * them.
 */
function outcomeOf(error: unknown, { interruption, operation }: Work): ConnectError {
  const interrupted = interruption === "cancelled" || interruption === "preempted";
  const seen = publicError(error);
  return interrupted && seen.code === Code.Internal && seen !== error ? publicError(operation.signal.reason) : seen;
}
