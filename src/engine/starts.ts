import type { NewOperation, OperationStore } from "../server/operation-store.ts";
import { findHolder, findTaken, insertOperation, type Preempted, preemptOperations } from "./new-rows.ts";
import type { StoreParts } from "./store.ts";

/** The outcome of a transaction that starts an operation. */
type InsertOutcome =
  | { readonly preempted: readonly Preempted[] }
  /** `taken`: another operation has the name or the request ID. `busy`: another operation has the key. */
  | { readonly refused: "taken" | "busy" };

/** A conflicting operation can be deleted before it is read, but not this many times in a row. */
const maxInserts = 5;

/** The database refused to insert an operation, although no stored operation conflicts with it. */
export class InsertConflictError extends Error {
  constructor(name: string, table: string) {
    super(
      `the database refused ${maxInserts} times to insert ${name}, although no operation with its name or request ID ` +
        `exists: compare the unique indexes of ${table} with those of a new schema`,
    );
    this.name = "InsertConflictError";
  }
}

/** The part of a store that starts operations. */
export function starts({ database, queues, events, table }: StoreParts): Pick<OperationStore, "start"> {
  /** Inserts the operation and its job, or neither. */
  function insert(operation: NewOperation, queue: string): Promise<InsertOutcome> {
    const { id, key, parallel, maxAttempts, result } = operation;
    return database.transaction(async (tx) => {
      const preempts = parallel === "preempt" && key !== undefined && result === undefined;
      const preempted = preempts ? await preemptOperations(tx, table, operation, queue) : [];
      if (!(await insertOperation(tx, table, operation, queue))) {
        await tx.rollback();
        return { refused: "taken" };
      }
      if (result === undefined && !(await queues.send(tx, queue, { id, key, maxAttempts }))) {
        await tx.rollback();
        return { refused: "busy" };
      }
      return { preempted };
    });
  }

  async function finish(operation: NewOperation, queue: string, preempted: readonly Preempted[]): Promise<void> {
    for (const { name, idle } of preempted) {
      events.announce({ kind: "changed", name });
      if (idle !== undefined) {
        await queues.drop(queue, idle);
      }
    }
    if (operation.result === undefined) {
      events.announce({ kind: "work", queue });
    }
  }

  return {
    async start(operation) {
      const { id, name, method, principal, parallel, result } = operation;
      const queue = await queues.ensure(method, parallel);
      for (let inserts = 0; inserts < maxInserts; inserts++) {
        const outcome = await insert(operation, queue);
        if ("preempted" in outcome) {
          await finish(operation, queue, outcome.preempted);
          const done = result !== undefined;
          return { operation: { id, name, method, principal, metadata: undefined, done, result, deleted: false } };
        }
        if (outcome.refused === "busy") {
          return { refused: "busy", holder: await findHolder(database, table, operation, queue) };
        }
        const refusal = await findTaken(database, table, operation);
        if (refusal !== undefined) {
          return refusal;
        }
      }
      throw new InsertConflictError(name, table);
    },
  };
}
