import { OperationNameError, type OperationRef } from "../operation/errors.js";

/** What a token holds: where the operation belongs, and its name. */
interface Token {
  readonly v: 1;
  readonly service?: string;
  readonly method?: string;
  readonly name: string;
}

/** The text by which an operation can be found again. It holds no secrets. */
export function toToken({ name, method }: OperationRef): string {
  const dot = method?.lastIndexOf(".") ?? -1;
  const token: Token = method
    ? { v: 1, service: method.slice(0, dot), method: method.slice(dot + 1), name }
    : { v: 1, name };
  return JSON.stringify(token);
}

/**
 * The name of the operation that a token or a bare name leads to.
 *
 * @param method The full name of the method that the operation must belong to, if any.
 * @throws OperationNameError if there is no name, the token is broken, or it belongs to another method.
 */
export function nameFrom(nameOrToken: string, method: string | undefined): string {
  const refuse = (why: string): never => {
    throw new OperationNameError({ name: nameOrToken, method }, `${why}: ${JSON.stringify(nameOrToken)}`);
  };
  if (nameOrToken === "") {
    return refuse("An operation cannot be resumed without a name");
  }
  // No resource name begins with a brace.
  if (!nameOrToken.startsWith("{")) {
    return nameOrToken;
  }
  const token = parse(nameOrToken);
  if (token?.v !== 1 || typeof token.name !== "string" || token.name === "") {
    return refuse("This is no token that this version of protoc-gen-ts-lro can read");
  }
  const owner = token.service === undefined ? undefined : `${token.service}.${token.method}`;
  if (owner !== undefined && method !== undefined && owner !== method) {
    return refuse(`This token belongs to ${owner}, and cannot be resumed as an operation of ${method}`);
  }
  return token.name;
}

function parse(json: string): Partial<Token> | undefined {
  try {
    return JSON.parse(json) as Partial<Token>;
  } catch {
    return undefined;
  }
}
