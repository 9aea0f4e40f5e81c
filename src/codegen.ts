// What emitted code imports, and nobody else. A change that would break old emitted code raises codegenVersion.
export { type LroCall, type LroClientOptions, lroClient } from "./client/client.js";
export type { Operation as RawOperation } from "./gen/google/longrunning/operations_pb.js";
export { type LroMethod, type LroService, lroService } from "./operation/lro-service.js";
export { unpackMetadata, unpackResponse } from "./operation/unpack.js";
export type { LroHandler } from "./server/handler.js";
export type { LroServer } from "./server/lro-server.js";
export type { OperationInit } from "./server/operation-init.js";
export { lroStub, type MaybePromise } from "./server/stub.js";
