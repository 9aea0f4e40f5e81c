/*
 * The runtime API for generated code: version 1 of the contract between the two. Do not import it from your own code.
 * Code that was generated for this version runs with every release of the package that has this subpath, and in one
 * program with code for a later version. A breaking change to this API needs a new subpath.
 */
export { createLroClient, type LroCall, type LroClientOptions } from "./client/client.ts";
export { hideThen } from "./client/hide-then.ts";

export { type LroMethod, type LroService, lroService } from "./operation/lro-service.ts";
export { type OperationSnapshot, type RawOperation, unpackOperation } from "./operation/snapshot.ts";
export type { LroHandler } from "./server/handler.ts";
export { lroImplementation, type MaybePromise } from "./server/implementation.ts";
export type { LroRegisterOptions, LroServer } from "./server/lro-server.ts";
export type { OperationInit } from "./server/operation-init.ts";
