import type { DescMessage, DescMethod } from "@bufbuild/protobuf";
import type { LroMethod } from "../operation/lro-service.ts";
import type { LroHandler, LroHandlerOptions } from "./handler.ts";

/** A long-running method that this process serves. */
export interface ServedMethod {
  /** Such as `acme.library.v1.LibraryService.CreateBook`. */
  readonly name: string;
  readonly request: DescMessage;
  readonly types: LroMethod;
  readonly handler: LroHandlerOptions<DescMessage, DescMessage, DescMessage>;
}

/**
 * Joins a method and its handler.
 *
 * @throws Error if the handler cannot be meant.
 */
export function serveMethod(
  method: DescMethod,
  types: LroMethod,
  given: LroHandler<DescMessage, DescMessage, DescMessage>,
): ServedMethod {
  const name = `${method.parent.typeName}.${method.name}`;
  const handler = typeof given === "function" ? { run: given } : given;
  if (typeof handler.run !== "function") {
    throw new Error(`${name} has no handler: give a function, or an object with a function "run"`);
  }
  const { parallel, maxAttempts } = handler;
  if (parallel !== undefined && parallel !== "allow" && !handler.key) {
    throw new Error(
      `${name} has parallel: "${parallel}" without a key: add the function "key", which names the resource`,
    );
  }
  if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && maxAttempts >= 1)) {
    throw new Error(`${name} has maxAttempts: ${maxAttempts}: it must be a whole number from 1`);
  }
  return { name, request: method.input, types, handler };
}
