import { createHmac, timingSafeEqual } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";

/** Where a page ended. */
export interface Position {
  readonly createTime: string;
  readonly id: string;
}

/** What a token belongs to. It opens no other list. */
export interface TokenScope {
  readonly collection: string;
  readonly filter: string;
  /** Whose list it was. */
  readonly principal: string | undefined;
}

/** Makes the token of the page that follows. */
export function signPageToken(secret: Uint8Array, scope: TokenScope, { createTime, id }: Position): string {
  const payload = Buffer.from(JSON.stringify([createTime, id]));
  return Buffer.concat([sign(secret, scope, payload), payload]).toString("base64url");
}

/**
 * Reads a token. Undefined for the first page.
 *
 * @throws ConnectError with Code.InvalidArgument if it is not one of ours, or of another list.
 */
export function readPageToken(secret: Uint8Array, scope: TokenScope, token: string): Position | undefined {
  if (token === "") {
    return undefined;
  }
  const bytes = Buffer.from(token, "base64url");
  const payload = bytes.subarray(signatureBytes);
  const signature = bytes.subarray(0, signatureBytes);
  if (signature.length < signatureBytes || !timingSafeEqual(signature, sign(secret, scope, payload))) {
    throw new ConnectError("page_token is not valid for this parent and filter", Code.InvalidArgument);
  }
  const [createTime, id] = JSON.parse(payload.toString());
  return { createTime, id };
}

const signatureBytes = 32;

function sign(secret: Uint8Array, { collection, filter, principal }: TokenScope, payload: Buffer): Buffer {
  const scope = JSON.stringify([collection, filter, principal ?? null]);
  return createHmac("sha256", secret).update(scope).update("\0").update(payload).digest();
}
