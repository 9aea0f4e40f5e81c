import { Code, type ConnectError } from "@connectrpc/connect";

// The server or a proxy is overloaded or restarting, or the call took too long.
const transientCodes = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted];

// How Node.js, undici, Bun, Deno, workerd, browsers and Connect's transports report a lost connection. No part of it may
// match a mistake in an interceptor, such as ENOENT or "x is not a function".
const lostConnection =
  /ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|ERR_(HTTP2|ST|SO)|UND_|http\/2 stream|missing (status|trailer)|failed to fetch|load failed|network ?(error|conn)|connection ?(closed|refused)|error sending/i;

/**
 * Whether a call that failed with this error may succeed if it is repeated: the server or a proxy is overloaded,
 * or the connection was lost before the server responded. docs/client.md has the table.
 */
export function isTransient({ code, cause, isWireError, rawMessage }: ConnectError): boolean {
  // The cause is set only if the error occurred on this side. In Node.js, fetch wraps the error of the connection.
  const { code: own, cause: inner } = (cause ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  return transientCodes.includes(code) || (!isWireError && lostConnection.test(`${inner?.code ?? own} ${rawMessage}`));
}
