// What emitted code imports, and nobody else. A change that would break old emitted code raises codegenVersion.
export { type LroCall, type LroClientOptions, lroClient } from "./client/client.ts";
export type { Operation as RawOperation } from "./gen/google/longrunning/operations_pb.ts";
export { type LroMethod, type LroService, lroService } from "./operation/lro-service.ts";
export { unpackMetadata, unpackResponse } from "./operation/unpack.ts";
export type { LroHandler } from "./server/handler.ts";
export type { LroServer } from "./server/lro-server.ts";
export type { OperationInit } from "./server/operation-init.ts";
export { lroStub, type MaybePromise } from "./server/stub.ts";
