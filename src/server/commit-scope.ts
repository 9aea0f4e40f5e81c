import { AsyncLocalStorage } from "node:async_hooks";
import { Code, ConnectError } from "@connectrpc/connect";

/**
 * Knows whether a call comes from inside a handler's `commit`. A database with a single connection is taken then, so the
 * call would wait for the commit, and the commit for the call.
 *
 * The context has to be ambient here: the call may come through a client, an interceptor and a router, which pass
 * nothing on.
 */
export interface CommitScope {
  /** Runs the function of an operation's commit. */
  run<T>(operation: string, work: () => Promise<T>): Promise<T>;
  /** @throws ConnectError with Code.FailedPrecondition if a call cannot be served from inside a commit. */
  refuseInside(): void;
}

export function createCommitScope(singleConnection: boolean): CommitScope {
  const committing = new AsyncLocalStorage<{ readonly operation: string; active: boolean }>();
  return {
    async run(operation, work) {
      if (!singleConnection) {
        return await work();
      }
      const scope = { operation, active: true };
      try {
        return await committing.run(scope, work);
      } finally {
        // What the function has begun and left running may call when it is over.
        scope.active = false;
      }
    },
    refuseInside() {
      const scope = committing.getStore();
      if (scope?.active) {
        throw new ConnectError(
          `the commit of ${scope.operation} holds the only connection of the database, so this call would wait for ` +
            "ever: make it before or after the commit, or use postgres(), which has more connections than one",
          Code.FailedPrecondition,
        );
      }
    },
  };
}
