import { createHash } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import { ResourceInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import type { StartContext } from "../handler.ts";
import { OperationInterruption } from "../interruption.ts";
import type { NewOperation, StartOutcome } from "../operation-store.ts";
import { errorResult } from "../result.ts";
import type { Access } from "./access.ts";

const maxKey = 500;

/**
 * Returns the key under which an operation is stored, so that only operations of the same principal can have it. Hashes
 * it if it is too long for an index or contains a NUL.
 *
 * @param principal The empty string for a key that all principals share.
 */
export function scopedKey(key: string, principal: string): string {
  // The bracket distinguishes keys with a principal from all others.
  const scoped = principal === "" && !key.startsWith("[") ? key : JSON.stringify([principal, key]);
  return scoped.length > maxKey || scoped.includes("\0")
    ? `sha256:${createHash("sha256").update(scoped).digest("hex")}`
    : scoped;
}

/**
 * Returns the error of a call whose key another operation has. It names that operation only if the caller may get it.
 */
export async function busyError(
  access: Access,
  { holder }: Extract<StartOutcome, { refused: "busy" }>,
  key: string | undefined,
  { principal, call }: StartContext,
): Promise<ConnectError> {
  const rest = `with the key "${key}" is in progress: call again when it is done`;
  if (holder && (await access.allows({ action: "get", name: holder.name, operation: holder, principal, call }))) {
    return aborted(`operation "${holder.name}" ${rest}`, holder.name);
  }
  return new ConnectError(`another operation ${rest}`, Code.Aborted);
}

/** Returns the errors of the operations that an operation of this name preempts. Only its principal knows the name. */
export function preemptedErrors(name: string): NewOperation["preempted"] {
  return {
    own: errorResult(aborted(`operation "${name}" with the same key preempted this one`, name)).error,
    other: errorResult(new OperationInterruption("preempted").toConnectError()).error,
  };
}

/** @param holder The name of the operation that has the key. */
function aborted(message: string, holder: string): ConnectError {
  const value = { resourceType: "google.longrunning.Operation", resourceName: holder };
  return new ConnectError(message, Code.Aborted, undefined, [{ desc: ResourceInfoSchema, value }]);
}
