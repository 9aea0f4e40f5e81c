import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { OperationNameError, type OperationRef } from "../operation/errors.ts";

/** The content of a token. */
interface Token extends OperationRef {
  readonly v: 1;
}

/** No resource name begins with it. */
const prefix = "lro~";

/**
 * Returns a token for `nameFrom` to read. It contains the names of the operation and its method, and no secrets. All of
 * its characters can be part of a URL.
 */
export function toToken({ name, method }: OperationRef): string {
  const json = JSON.stringify({ v: 1, method, name } satisfies Token);
  return prefix + base64Encode(new TextEncoder().encode(json), "url");
}

/**
 * Returns the operation's name from a name or token.
 *
 * @param method The full name of the method that the operation must belong to. `undefined` accepts any.
 * @throws OperationNameError if the name is empty, or the token is malformed or belongs to another method.
 */
export function nameFrom(nameOrToken: string, method: string | undefined): string {
  const { v, name, method: owner } = parse(nameOrToken);
  const problem =
    v === undefined
      ? "is a damaged token"
      : v !== 1
        ? `is a token of version ${v}: update protoc-gen-ts-lro`
        : !name
          ? "has no operation name"
          : owner && method && owner !== method && `belongs to ${owner}, not to ${method}`;
  if (problem) {
    throw new OperationNameError({ name: nameOrToken, method }, `${JSON.stringify(nameOrToken)} ${problem}`);
  }
  return name as string;
}

function parse(text: string): Partial<Token> {
  try {
    if (text.startsWith(prefix)) {
      return JSON.parse(new TextDecoder().decode(base64Decode(text.slice(prefix.length))));
    }
    // Tokens of version 0.1 are plain JSON.
    return text.startsWith("{") ? JSON.parse(text) : { v: 1, name: text };
  } catch {
    return {};
  }
}
