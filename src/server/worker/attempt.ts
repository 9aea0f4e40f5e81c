import { fromBinary, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { LroResponseInit } from "../../operation/message-init.ts";
import { OperationInterruption } from "../interruption.ts";
import type { Log } from "../log.ts";
import type { Result } from "../operation-store.ts";
import { errorResult, pack, publicError } from "../result.ts";
import { untilAnswered } from "./retry.ts";
import type { Work } from "./work.ts";

/**
 * Runs the handler of a claimed operation, and records what comes of it. Never throws.
 *
 * @returns The type of the error that it ended with, if any.
 */
export async function runAttempt(work: Work, log: Log): Promise<string | undefined> {
  const about = { operation: work.name, method: work.method.name };
  const ended = await run(work, (error) => log({ ...about, level: "error", message: "the handler failed", error }));
  if (ended === undefined) {
    return work.interruption;
  }
  const { result, errorType } = ended;
  if (result) {
    try {
      // A claim that is lost has another worker to end it, or has been ended: there is nothing more to do.
      await untilAnswered(
        () => work.settle(result),
        (error) => log({ ...about, level: "warn", message: "the result could not be written yet", error }),
      );
    } catch (error) {
      // Nobody renews the lease any more, so another attempt follows.
      log({ ...about, level: "error", message: "the result could not be written", error });
    }
  }
  return errorType;
}

/** What an attempt ended with. Undefined where others end the operation. */
type Ended = { readonly result?: Result; readonly errorType?: string } | undefined;

async function run(work: Work, onError: (error: unknown) => void): Promise<Ended> {
  if (work.claim.cancelRequested) {
    return failed(new OperationInterruption("cancelled").toConnectError());
  }
  try {
    return succeeded(work, await callHandler(work));
  } catch (error) {
    if (work.committed) {
      // It is done, and this comes too late.
      onError(error);
      return {};
    }
    if (work.interruption === "lease-lost" || work.interruption === "draining") {
      return undefined;
    }
    const seen = outcomeOf(error, work);
    if (!(error instanceof ConnectError) && seen.code === Code.Internal) {
      onError(error);
    }
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

/** A handler that was told to stop fails in whatever way its own calls do: that is not an error of its own. */
function outcomeOf(error: unknown, { interruption, operation }: Work): ConnectError {
  const interrupted = interruption === "cancelled" || interruption === "preempted";
  return publicError(interrupted && !(error instanceof ConnectError) ? operation.signal.reason : error);
}
