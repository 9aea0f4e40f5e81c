export type { UnpackProblem } from "../operation/any.js";
export {
  findDetails,
  isOperationAbortedError,
  isOperationError,
  isOperationNameError,
  isOperationPollError,
  isOperationTimeoutError,
  isOperationUnpackError,
  OperationAbortedError,
  OperationError,
  OperationNameError,
  OperationPollError,
  type OperationRef,
  OperationTimeoutError,
  OperationUnpackError,
} from "../operation/errors.js";
export { operationRegistry } from "../operation/registry.js";
export { unpackMetadata, unpackResponse } from "../operation/unpack.js";
export type { LroCall, LroCallOptions, LroClientOptions, ResumeOptions } from "./client.js";
export type { Clock } from "./clock.js";
export type {
  CancelAndWaitOptions,
  Operation,
  OperationOutcome,
  OperationSnapshot,
  WaitOptions,
} from "./operation.js";
export {
  createOperationsClient,
  type ListOptions,
  type OperationsClient,
  type OperationsClientOptions,
} from "./operations-client.js";
export type { PollingOptions } from "./polling.js";
export { routingHeaders } from "./routing-headers.js";
