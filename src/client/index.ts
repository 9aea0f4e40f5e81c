export type { OperationUnpackProblem } from "../operation/any.ts";
export {
  OperationError,
  OperationNameError,
  OperationPollError,
  type OperationRef,
  OperationUnpackError,
  WaitAbortedError,
  WaitTimeoutError,
} from "../operation/errors.ts";
export type { LroMethod, LroMethods, LroPolling, LroService } from "../operation/lro-service.ts";
export type { InitOf } from "../operation/message-init.ts";
export { operationRegistry } from "../operation/registry.ts";
export {
  type OperationOutcome,
  type OperationSnapshot,
  type RawOperation,
  unpackOperation,
} from "../operation/snapshot.ts";
export type { OperationCallOptions } from "./call-options.ts";
export {
  createLroClient,
  type LroCall,
  type LroCallOptions,
  type LroClient,
  type LroClientOptions,
  type LroMethodOptions,
  type OperationResumeOptions,
} from "./client.ts";
export type { Clock } from "./clock.ts";
export type { Operation, OutcomeOptions, WaitOptions } from "./operation.ts";
export {
  createOperationsClient,
  type OperationListOptions,
  type OperationsClient,
  type OperationsClientOptions,
} from "./operations-client.ts";
export type { PollingOptions } from "./polling.ts";
export { progressOf } from "./progress.ts";
export { routingHeaders } from "./routing-headers.ts";
export type { TypedOperation } from "./typed-operation.ts";
export { type DoneOperation, outcomesOf, raceAll, type WaitAllOptions, waitAll } from "./wait-all.ts";
