import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { OperationStore, Result } from "../engine.ts";
import { OperationInterruption } from "../interruption.ts";
import type { Log } from "../log.ts";
import type { ServedMethod } from "../method.ts";
import { errorResult, pack, publicError } from "../result.ts";
import { untilAnswered } from "./retry.ts";
import type { Work } from "./work.ts";

/**
 * Runs the handler of a claimed operation, and records what comes of it. Never throws.
 *
 * @returns The type of the error that it ended with, if any.
 */
export async function runAttempt(
  work: Work,
  method: ServedMethod,
  store: OperationStore,
  log: Log,
): Promise<string | undefined> {
  const about = { operation: work.name, method: method.name };
  const ended = await run(work, method, (error) =>
    log({ ...about, level: "error", message: "the handler failed", error }),
  );
  if (ended === undefined) {
    return work.interruption;
  }
  const { result, errorType } = ended;
  if (result) {
    try {
      // A claim that is lost has another worker to end it, or has been ended: there is nothing more to do.
      await untilAnswered(
        () => store.settle(work.claim, { result, metadata: work.lastMetadata() }),
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

async function run(
  work: Work,
  { request, types, handler }: ServedMethod,
  onError: (error: unknown) => void,
): Promise<Ended> {
  try {
    if (work.claim.cancelRequested) {
      throw new OperationInterruption("cancelled");
    }
    const response = await handler.run(fromBinary(request, work.claim.request), work);
    return work.committed ? {} : { result: { response: pack(types.response, response).any } };
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
    return { result: errorResult(seen), errorType: codeToString(seen.code) };
  }
}

/** A handler that was told to stop fails in whatever way its own calls do: that is not an error of its own. */
function outcomeOf(error: unknown, { interruption, signal }: Work): ConnectError {
  const interrupted = interruption === "cancelled" || interruption === "preempted";
  return interrupted && !(error instanceof ConnectError) ? (signal.reason as ConnectError) : publicError(error);
}
