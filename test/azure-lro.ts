/*
 * Azure's poller, @azure/core-lro, against a server of Azure's REST protocol that returns the states of a
 * google.longrunning.Operation. Calls pass through the pipeline of Azure's clients, which retries some errors.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CreateHttpPollerOptions, createHttpPoller, type OperationState, type PollerLike } from "@azure/core-lro";
import {
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  RestError,
} from "@azure/core-rest-pipeline";
import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { State } from "./redis-server.ts";

export type AzurePoller = PollerLike<OperationState<unknown>, unknown>;

/** A server of Azure's protocol on the loopback interface, with a client. */
export interface AzureServer {
  /** Starts the operation with this index, or opens a poller from its serialized state. */
  start(index: number, options?: CreateHttpPollerOptions<unknown, OperationState<unknown>>): AzurePoller;
  close(): void;
}

/**
 * Serves operations.
 *
 * @param start Returns the state of an operation at its start.
 * @param read Returns the next state of an operation or throws a ConnectError.
 * @param resource The type of the responses.
 */
export async function serveAzure(
  start: (index: number) => State,
  read: (index: number) => State,
  resource: DescMessage,
): Promise<AzureServer> {
  const resources = new Map<number, object>();
  const server = createServer((request, response) => {
    const [, folder, index] = request.url?.split("/") ?? [];
    const isStart = request.method === "PUT";
    if (folder === "instances" && !isStart) {
      return send(response, 200, resources.get(Number(index)));
    }
    try {
      const state = isStart ? start(Number(index)) : read(Number(index));
      if (state.result?.case === "response" && state.done) {
        resources.set(Number(index), fromBinary(resource, state.result.value.value ?? new Uint8Array()));
      }
      const location = `${origin}/operations/${index}`;
      const headers = isStart && state.name !== "" && !isSuccess(state) ? { "operation-location": location } : {};
      const body = isStart && isSuccess(state) ? resources.get(Number(index)) : statusOf(state);
      send(response, isStart && !state.done ? 202 : 200, body, headers);
    } catch (reason) {
      const { code, rawMessage, details } = ConnectError.from(reason);
      const error = { code: nameOf(code), message: rawMessage };
      send(response, httpStatus[code] ?? 500, { error }, details.length > 0 ? { "retry-after": "0" } : {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    start(index, options) {
      const sendInitialRequest = () => call("PUT", `${origin}/instances/${index}`);
      return createHttpPoller(
        { sendInitialRequest, sendPollRequest: (url) => call("GET", url) },
        { intervalInMs: 100, ...options },
      );
    },
    close: () => void server.close(),
  };
}

function isSuccess({ done, result }: State): boolean {
  return done === true && result?.case === "response";
}

/** Converts a state to the resource that Azure's clients poll. */
function statusOf({ done, result, metadata }: State): object {
  if (!done) {
    return { status: "Running", properties: { hasMetadata: metadata !== undefined } };
  }
  if (result?.case !== "error") {
    return { status: "Succeeded" };
  }
  const { code = 0, message, details = [] } = result.value;
  const error = { code: nameOf(code), message, details: details.map(({ typeUrl }) => typeUrl) };
  return { status: code === Code.Canceled ? "Canceled" : "Failed", error };
}

const httpStatus: { readonly [C in Code]?: number } = {
  [Code.Canceled]: 499,
  [Code.DeadlineExceeded]: 504,
  [Code.InvalidArgument]: 400,
  [Code.NotFound]: 404,
  [Code.PermissionDenied]: 403,
  [Code.ResourceExhausted]: 429,
  [Code.Unavailable]: 503,
};

/** Returns the name of a code, such as `PERMISSION_DENIED`. */
export function nameOf(code: number): string {
  return Code[code]?.replace(/\B[A-Z]/g, "_$&").toUpperCase() ?? `code ${code}`;
}

function send(response: ServerResponse, status: number, body: object | undefined, headers = {}): void {
  const isEmpty = body === undefined;
  response.writeHead(isEmpty ? 204 : status, { "content-type": "application/json", ...headers });
  response.end(isEmpty ? undefined : JSON.stringify(body));
}

const pipeline = createPipelineFromOptions({ retryOptions: { retryDelayInMs: 100 } });
const httpClient = createDefaultHttpClient();

async function call(method: HttpMethods, url: string) {
  const request = createPipelineRequest({ url, method, allowInsecureConnection: true });
  const response = await pipeline.sendRequest(httpClient, request);
  const body = response.bodyAsText ? JSON.parse(response.bodyAsText) : undefined;
  // Generated clients throw this for statuses that their API does not declare.
  if (response.status >= 400) {
    throw new RestError(body.error.message, { code: body.error.code, statusCode: response.status, request, response });
  }
  const rawResponse = {
    statusCode: response.status,
    headers: response.headers.toJSON(),
    body,
    request: { method, url },
  };
  return { flatResponse: body, rawResponse };
}
