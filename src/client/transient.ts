import { Code, type ConnectError } from "@connectrpc/connect";

/** The server or a proxy is overloaded or restarting, or the call took too long. */
const transientCodes = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted];

// Node.js, undici and Bun name lost connections by codes. Other errors have codes, too, such as ENOENT.
const networkCode =
  /^(E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_)|ERR_(HTTP2|STREAM|SOCKET)|UND_ERR|Conn|FailedToOpen)/;

// Browsers, Deno and workerd have only messages, and Connect's transports have messages of their own.
const networkMessage =
  /^(http\/2 .* code (CANCEL|INTERNAL)|(protocol error: )?missing (status|trailer)|failed to fetch|fetch failed|load failed|terminated$|(the )?network ?(error|connection)|error (sending|reading|in input))/i;

/**
 * Whether a call that failed with this error may succeed if it is repeated: the server or a proxy says so, or the
 * connection was lost before the server answered. docs/client.md has the table.
 */
export function isTransient(error: ConnectError): boolean {
  const { code, isWireError, rawMessage } = error;
  // The cause is set only if the error occurred on this side. In Node.js, fetch wraps the error of the connection.
  const cause = error.cause as { code?: unknown; cause?: { code?: unknown } } | undefined;
  const reason = cause?.cause?.code ?? cause?.code;
  return (
    transientCodes.includes(code) ||
    (!isWireError && (typeof reason === "string" ? networkCode.test(reason) : networkMessage.test(rawMessage)))
  );
}
