import { AsyncLocalStorage } from "node:async_hooks";
import { Code, ConnectError } from "@connectrpc/connect";

/**
 * Detects calls from inside a handler's `commit`. If the database has a single connection, the commit occupies it, so
 * the call would wait for the commit while the commit waits for the call.
 *
 * The context is ambient, because the call can pass through a client, interceptors and a router, which have no
 * parameter for it.
 */
export interface CommitScope {
  /** Runs the function that a handler passed to `commit`. */
  run<T>(operation: string, work: () => Promise<T>): Promise<T>;
  /** @throws ConnectError with Code.FailedPrecondition if called from inside a commit on a single connection. */
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
        // Tasks that the function started and did not await may make calls after the commit.
        scope.active = false;
      }
    },
    refuseInside() {
      const scope = committing.getStore();
      if (scope?.active) {
        throw new ConnectError(
          `the commit of ${scope.operation} holds the database's only connection, so this call would wait forever: ` +
            "make it before or after the commit, or use postgres(), which has several connections",
          Code.FailedPrecondition,
        );
      }
    },
  };
}
