import { OperationNameError, type OperationRef } from "../operation/errors.ts";

/** What a token holds. */
interface Token extends OperationRef {
  readonly v: 1;
}

/** The text by which an operation can be found again: its name and its method. It holds no secrets. */
export function toToken({ name, method }: OperationRef): string {
  return JSON.stringify({ v: 1, method, name } satisfies Token);
}

/**
 * The name of the operation that a token or a bare name leads to.
 *
 * @param method The full name of the method that the operation must belong to, if any.
 * @throws OperationNameError if there is no name, the token cannot be read, or it belongs to another method.
 */
export function nameFrom(nameOrToken: string, method: string | undefined): string {
  // No resource name begins with a brace.
  const token: Partial<Token> = nameOrToken.startsWith("{") ? parse(nameOrToken) : { v: 1, name: nameOrToken };
  const fail = (problem: string): never => {
    throw new OperationNameError({ name: nameOrToken, method }, `${JSON.stringify(nameOrToken)} ${problem}`);
  };
  if (token.v !== 1 || !token.name) {
    return fail("is no name of an operation, and no token of this version");
  }
  if (token.method && method && token.method !== method) {
    return fail(`belongs to ${token.method}, not to ${method}`);
  }
  return token.name;
}

function parse(json: string): Partial<Token> {
  try {
    return JSON.parse(json) as Partial<Token>;
  } catch {
    return {};
  }
}
