import type { Message } from "@bufbuild/protobuf";
import { fullName, type LroMethod } from "../operation/lro-service.ts";
import type { LroHandler, LroHandlerOptions } from "./handler.ts";

/** A long-running method that this process serves. */
export interface ServedMethod {
  /** Such as `acme.library.v1.LibraryService.CreateBook`. */
  readonly name: string;
  readonly types: LroMethod;
  readonly handler: LroHandlerOptions<Message, Message, Message>;
}

/**
 * Combines a method with its handler.
 *
 * @throws Error if the handler is invalid.
 */
export function serveMethod(types: LroMethod, given: LroHandler): ServedMethod {
  const name = fullName(types.rpc);
  const handler = typeof given === "function" ? { run: given } : given;
  if (typeof handler?.run !== "function") {
    throw new Error(`the handler of ${name} has no run function: pass a function, or an object with a function run`);
  }
  const { exclusive } = handler;
  if (exclusive !== undefined) {
    if (typeof exclusive.key !== "function") {
      throw new Error(`exclusive of ${name} has no key: add a function key that returns the key of a request`);
    }
    if (!["queue", "reject", "preempt"].includes(exclusive.onBusy)) {
      throw new Error(`onBusy of ${name} is "${exclusive.onBusy}": set it to "queue", "reject" or "preempt"`);
    }
    if (!["own", "all", undefined].includes(exclusive.scope)) {
      throw new Error(`scope of ${name} is "${exclusive.scope}": set it to "own" or "all"`);
    }
  }
  checkLimits(handler, name);
  return { name, types, handler };
}

/** The limits of a method's operations, or the defaults for all methods. */
export interface HandlerDefaults {
  readonly maxCrashes: number;
  readonly expireAfterMs: number;
  readonly maxRequestBytes: number;
}

/** @throws Error if a limit is out of range. */
export function checkLimits(
  {
    maxCrashes,
    expireAfterMs,
    maxRequestBytes,
  }: Pick<LroHandlerOptions<Message, Message, Message>, keyof HandlerDefaults>,
  subject: string,
): void {
  if (maxCrashes !== undefined && !(Number.isInteger(maxCrashes) && maxCrashes >= 1 && maxCrashes < 2 ** 31)) {
    throw new Error(`maxCrashes of ${subject} is ${maxCrashes}: set it to a whole number from 1 to 2,147,483,647`);
  }
  if (
    maxRequestBytes !== undefined &&
    !(Number.isInteger(maxRequestBytes) && maxRequestBytes >= 1 && maxRequestBytes < 2 ** 32)
  ) {
    throw new Error(`maxRequestBytes of ${subject} is ${maxRequestBytes}: set it to a number of bytes, at least 1`);
  }
  if (expireAfterMs !== undefined && !(expireAfterMs >= 0 && Number.isFinite(expireAfterMs))) {
    throw new Error(`expireAfterMs of ${subject} is ${expireAfterMs}: set it to a number of milliseconds, at least 0`);
  }
}
