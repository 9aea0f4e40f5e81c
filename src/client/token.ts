import { OperationNameError, type OperationRef } from "../operation/errors.ts";

/** The content of a token. */
interface Token extends OperationRef {
  readonly v: 1;
}

/** Returns a token for `nameFrom` to read. It contains the names of the operation and its method, and no secrets. */
export function toToken({ name, method }: OperationRef): string {
  return JSON.stringify({ v: 1, method, name } satisfies Token);
}

/**
 * Returns the operation's name from a name or token.
 *
 * @param method The full name of the method that the operation must belong to. `undefined` accepts any.
 * @throws OperationNameError if the name is empty, or the token is malformed or belongs to another method.
 */
export function nameFrom(nameOrToken: string, method: string | undefined): string {
  // No resource name begins with a brace.
  const token: Partial<Token> = nameOrToken.startsWith("{") ? parse(nameOrToken) : { v: 1, name: nameOrToken };
  const fail = (problem: string): never => {
    throw new OperationNameError({ name: nameOrToken, method }, `${JSON.stringify(nameOrToken)} ${problem}`);
  };
  if (token.v !== 1 || !token.name) {
    return fail("is neither an operation name nor a token of this version");
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
