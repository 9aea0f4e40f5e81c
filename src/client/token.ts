import { OperationNameError, type OperationRef } from "../operation/errors.js";

/** What a token holds: where the operation belongs, and its name. */
interface Token {
  readonly v: 1;
  readonly service?: string | undefined;
  readonly method?: string | undefined;
  readonly name: string;
}

/** The text by which an operation can be found again. It holds no secrets. */
export function toToken({ name, method }: OperationRef): string {
  const [, service, local] = method?.match(/(.*)\.(.*)/) ?? [];
  return JSON.stringify({ v: 1, service, method: local, name } satisfies Token);
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
  const owner = token.service && `${token.service}.${token.method}`;
  const problem =
    token.v !== 1 || !token.name
      ? "is neither the name of an operation nor a token of this version of protoc-gen-ts-lro"
      : owner && method && owner !== method
        ? `belongs to ${owner}, not to ${method}`
        : undefined;
  if (problem) {
    throw new OperationNameError({ name: nameOrToken, method }, `${JSON.stringify(nameOrToken)} ${problem}`);
  }
  return token.name as string;
}

function parse(json: string): Partial<Token> {
  try {
    return JSON.parse(json) as Partial<Token>;
  } catch {
    return {};
  }
}
