export type { LroMethod } from "../operation/lro-service.js";
export { type OperationInit, packOperation } from "./operation-init.js";
export { toStatus } from "./status.js";
export { type LroStub, lroStub, type MaybePromise } from "./stub.js";
