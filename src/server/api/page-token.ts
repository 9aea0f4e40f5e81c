import { createHmac, timingSafeEqual } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";

/** The position of the last operation of a page. */
export interface Position {
  readonly createTime: string;
  readonly id: string;
}

/** The list that a token belongs to. It is invalid for any other list. */
export interface TokenScope {
  readonly collection: string;
  readonly filter: string;
  /** The principal whose operations the list shows. `undefined` means all operations. */
  readonly principal: string | undefined;
}

/** Creates the token of the page that starts after a position. */
export function signPageToken(secret: Uint8Array, scope: TokenScope, { createTime, id }: Position): string {
  const payload = Buffer.from(JSON.stringify([createTime, id]));
  return Buffer.concat([sign(secret, scope, payload), payload]).toString("base64url");
}

/**
 * Reads a token. Returns `undefined` for the empty token of the first page.
 *
 * @throws ConnectError with Code.InvalidArgument if the signature is invalid or belongs to another list.
 */
export function readPageToken(secret: Uint8Array, scope: TokenScope, token: string): Position | undefined {
  if (token === "") {
    return undefined;
  }
  const bytes = Buffer.from(token, "base64url");
  const payload = bytes.subarray(signatureBytes);
  const signature = bytes.subarray(0, signatureBytes);
  if (signature.length < signatureBytes || !timingSafeEqual(signature, sign(secret, scope, payload))) {
    const message = "page_token is invalid: use next_page_token of the last response with the same name and filter";
    throw new ConnectError(message, Code.InvalidArgument);
  }
  const [createTime, id] = JSON.parse(payload.toString());
  return { createTime, id };
}

const signatureBytes = 32;

function sign(secret: Uint8Array, { collection, filter, principal }: TokenScope, payload: Buffer): Buffer {
  const scope = JSON.stringify([collection, filter, principal ?? null]);
  return createHmac("sha256", secret).update(scope).update("\0").update(payload).digest();
}
