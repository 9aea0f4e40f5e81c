import type { EngineOptions, OperationStore } from "./operation-store.ts";

declare const engine: unique symbol;

/** Where operations are kept and how they are shared out: what `pglite()` and `postgres()` return. */
export interface Engine {
  readonly [engine]: never;
}

// Of all copies of the package, so that one copy's engine works with another copy's server.
const open = Symbol.for("protoc-gen-ts-lro/engine");

type OpenEngine = (options: EngineOptions) => Promise<OperationStore>;

/** Makes an engine of the function that opens its store. */
export function createEngine(openStore: OpenEngine): Engine {
  return Object.freeze({ [open]: openStore }) as unknown as Engine;
}

/**
 * Opens the store of an engine. Creates or migrates its tables, which is safe if many processes do so at the same time.
 *
 * @throws Error if the value is not an engine.
 */
export async function openEngine(engine: Engine, options: EngineOptions): Promise<OperationStore> {
  const openStore = (engine as unknown as Record<symbol, OpenEngine | undefined> | undefined)?.[open];
  if (openStore === undefined) {
    throw new Error("engine is not an engine: give createLroServer what pglite() or postgres() returns");
  }
  return await openStore(options);
}
