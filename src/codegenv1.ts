/*
 * The exports for generated code only: version 1 of its contract with the runtime. Code that was generated for this
 * version runs with every version of the package that has this path, even together with code for a later contract. A
 * change that would break such code requires a new path.
 */
export { createLroClient, type LroCall, type LroClientOptions } from "./client/client.ts";

export { type LroMethod, type LroService, lroService } from "./operation/lro-service.ts";
export { type OperationSnapshot, type RawOperation, unpackOperation } from "./operation/snapshot.ts";
export type { LroHandler } from "./server/handler.ts";
export { lroImplementation, type MaybePromise } from "./server/implementation.ts";
export type { LroRegisterOptions, LroServer } from "./server/lro-server.ts";
export type { OperationInit } from "./server/operation-init.ts";
