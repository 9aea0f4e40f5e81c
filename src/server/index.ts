export type { LroMethod, LroMethods, LroPolling, LroService } from "../operation/lro-service.ts";
export type { InitOf } from "../operation/message-init.ts";
export type { LroAccessOptions, LroAccessRequest } from "./api/access.ts";
export { createLroServer, type LroServerDefaults, type LroServerOptions } from "./create-server.ts";
export type { Engine } from "./engine.ts";
export type {
  LroExclusiveOptions,
  LroHandler,
  LroHandlerOptions,
  LroHandlers,
  LroRun,
  LroTransaction,
  RunningOperation,
  StartContext,
} from "./handler.ts";
export { type LroImplementation, lroImplementation } from "./implementation.ts";
export { OperationInterruption, type OperationInterruptionReason } from "./interruption.ts";
export type { LroLogEntry } from "./log.ts";
export type { LroHealth, LroRegisterOptions, LroServer } from "./lro-server.ts";
export { type OperationInit, packOperation } from "./operation-init.ts";
export { toStatus } from "./status.ts";
