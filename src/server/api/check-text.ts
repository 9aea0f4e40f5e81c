import { Code, ConnectError } from "@connectrpc/connect";

/** The longest name of an operation or a parent. */
export const maxName = 2_000;

/**
 * PostgreSQL takes no NUL in a text.
 *
 * @throws ConnectError with Code.InvalidArgument.
 */
export function checkText(field: string, text: string, max: number): void {
  if (text.length > max || text.includes("\0") || !text.isWellFormed()) {
    throw new ConnectError(`${field} must be a text of ${max} characters at most, without NUL`, Code.InvalidArgument);
  }
}
