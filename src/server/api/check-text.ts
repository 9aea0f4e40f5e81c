import { Code, ConnectError } from "@connectrpc/connect";

/** Maximum length of the name of an operation or a parent. */
export const maxName = 2_000;

/**
 * Checks a string of a request. PostgreSQL does not store NUL characters or malformed Unicode.
 *
 * @throws ConnectError with Code.InvalidArgument.
 */
export function checkText(field: string, text: string, max: number): void {
  if (text.length > max || text.includes("\0") || !text.isWellFormed()) {
    const message = `${field} is invalid: send at most ${max} characters of well-formed Unicode, without NUL`;
    throw new ConnectError(message, Code.InvalidArgument);
  }
}
