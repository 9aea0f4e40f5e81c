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
 * Joins a method and its handler.
 *
 * @throws Error if the handler cannot be meant.
 */
export function serveMethod(types: LroMethod, given: LroHandler): ServedMethod {
  const name = fullName(types.rpc);
  const handler = typeof given === "function" ? { run: given } : given;
  if (typeof handler?.run !== "function") {
    throw new Error(`${name} has no handler: give a function, or an object with a function "run"`);
  }
  const { exclusive } = handler;
  if (exclusive !== undefined) {
    if (typeof exclusive.key !== "function") {
      throw new Error(`${name} has "exclusive" without a key: add the function "key", which names the resource`);
    }
    if (!["queue", "reject", "preempt"].includes(exclusive.onBusy)) {
      throw new Error(`${name} has onBusy: "${exclusive.onBusy}": it must be "queue", "reject" or "preempt"`);
    }
  }
  checkLimits(handler, name);
  return { name, types, handler };
}

/** What holds for the operations of a method, or for those of all methods that say nothing else. */
export interface HandlerDefaults {
  readonly maxCrashes: number;
  readonly expireAfterMs: number;
}

/** @throws Error if a limit is not possible. */
export function checkLimits(
  { maxCrashes, expireAfterMs }: Pick<LroHandlerOptions<Message, Message, Message>, keyof HandlerDefaults>,
  subject: string,
): void {
  if (maxCrashes !== undefined && !(Number.isInteger(maxCrashes) && maxCrashes >= 1 && maxCrashes < 2 ** 31)) {
    throw new Error(`${subject} has maxCrashes: ${maxCrashes}: it must be a whole number from 1`);
  }
  if (expireAfterMs !== undefined && !(expireAfterMs >= 0 && Number.isFinite(expireAfterMs))) {
    throw new Error(`${subject} has expireAfterMs: ${expireAfterMs}: it must be a number of milliseconds from 0`);
  }
}
