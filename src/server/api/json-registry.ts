import type { UniversalHandler, UniversalHandlerFn } from "@connectrpc/connect/protocol";

const advice =
  "set jsonOptions: { registry: operationRegistry(…) }, with operationRegistry from protoc-gen-ts-lro/client, on the " +
  "server's adapter and on the client's transport, or use the binary format";

/**
 * Adds the missing setting to the error of a JSON call if its response contains a google.protobuf.Any and the
 * router has no registry. Connect encodes responses after interceptors ran, so only the encoded error can be changed.
 */
export function explainMissingRegistry(handler: UniversalHandler): UniversalHandler {
  const explaining: UniversalHandlerFn = async (request) => {
    const response = await handler(request);
    const { status, header, body } = response;
    if (status !== 500 || body === undefined || header?.get("content-type") !== "application/json") {
      return response;
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) {
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const explained = header.has("content-encoding") ? bytes : explain(bytes);
    header.set("content-length", String(explained.length));
    return { ...response, body: once(explained) };
  };
  return Object.assign(explaining, handler);
}

function explain(bytes: Buffer): Buffer {
  const error: { message?: unknown } = JSON.parse(bytes.toString());
  return typeof error.message === "string" && error.message.endsWith("is not in the type registry")
    ? Buffer.from(JSON.stringify({ ...error, message: `${error.message}: ${advice}` }))
    : bytes;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
