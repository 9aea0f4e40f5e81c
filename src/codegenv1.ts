/*
 * What emitted code imports, and nobody else: version 1 of the contract between the two. Code that was emitted for it
 * runs with every version of the package that has this subpath, also beside code of a later contract. A change that
 * would break such code gets a subpath of its own.
 */
export { createLroClient, type LroCall, type LroClientOptions } from "./client/client.ts";

export { type LroMethod, type LroService, lroService } from "./operation/lro-service.ts";
export { type OperationSnapshot, type RawOperation, unpackOperation } from "./operation/snapshot.ts";
export type { LroHandler } from "./server/handler.ts";
export { lroImplementation, type MaybePromise } from "./server/implementation.ts";
export type { LroRegisterOptions, LroServer } from "./server/lro-server.ts";
export type { OperationInit } from "./server/operation-init.ts";
