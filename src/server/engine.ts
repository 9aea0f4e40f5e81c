import type { EngineOptions, OperationStore } from "./operation-store.ts";

declare const engine: unique symbol;

/** An engine stores operations and assigns them to workers. `pglite()` and `postgres()` return one. */
export interface Engine {
  readonly [engine]: never;
}

// A global symbol, so that an engine works with a server from another copy of the package.
const open = Symbol.for("protoc-gen-ts-lro/engine");

type OpenEngine = (options: EngineOptions) => Promise<OperationStore>;

/** Creates an engine from the function that opens its store. */
export function createEngine(openStore: OpenEngine): Engine {
  return Object.freeze({ [open]: openStore }) as unknown as Engine;
}

/**
 * Opens the store of an engine. Creates or migrates its tables, which is safe to do from several processes
 * concurrently.
 *
 * @throws Error if the value is not an engine.
 */
export async function openEngine(engine: Engine, options: EngineOptions): Promise<OperationStore> {
  const openStore = (engine as unknown as Record<symbol, OpenEngine | undefined> | undefined)?.[open];
  if (openStore === undefined) {
    throw new Error("the option engine is not an engine: set it to the result of pglite() or postgres()");
  }
  return await openStore(options);
}
