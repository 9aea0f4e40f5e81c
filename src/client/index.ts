export type { UnpackProblem } from "../operation/any.ts";
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
} from "../operation/errors.ts";
export { operationRegistry } from "../operation/registry.ts";
export { unpackMetadata, unpackResponse } from "../operation/unpack.ts";
export type { LroCall, LroCallOptions, LroClientOptions, ResumeOptions } from "./client.ts";
export type { Clock } from "./clock.ts";
export type {
  CancelAndWaitOptions,
  Operation,
  OperationOutcome,
  OperationSnapshot,
  WaitOptions,
} from "./operation.ts";
export {
  createOperationsClient,
  type ListOptions,
  type OperationsClient,
  type OperationsClientOptions,
} from "./operations-client.ts";
export type { PollingOptions } from "./polling.ts";
export { routingHeaders } from "./routing-headers.ts";
