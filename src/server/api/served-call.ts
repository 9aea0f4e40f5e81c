import type { DescMethod } from "@bufbuild/protobuf";
import type { CommitScope } from "../commit-scope.ts";
import type { Log } from "../log.ts";
import { publicError } from "../result.ts";

/** Wraps a function that serves calls, so that errors that clients must not see are logged and replaced. */
export type ServedCall = <A extends unknown[], T>(
  method: DescMethod,
  serve: (...args: A) => Promise<T>,
) => (...args: A) => Promise<T>;

export function createServedCall(log: Log, commitScope: CommitScope): ServedCall {
  return (method, serve) =>
    async (...args) => {
      try {
        commitScope.refuseInside();
        return await serve(...args);
      } catch (error) {
        const seen = publicError(error);
        if (seen !== error) {
          log({ level: "error", message: "a call failed", method: `${method.parent.typeName}.${method.name}`, error });
        }
        throw seen;
      }
    };
}
