import type { OperationCallOptions } from "./call-options.ts";
import { retryTransient } from "./retry.ts";
import { callOptions, type Subject } from "./subject.ts";

/**
 * Requests the cancellation of an operation. Repeats the call within its timeout if it fails with a transient error.
 */
export async function requestCancel(subject: Subject, options: OperationCallOptions): Promise<void> {
  const { ref, remote, polling } = subject;
  const call = callOptions(subject, options);
  await retryTransient(remote, polling, call, () => remote.operations.cancelOperation({ name: ref.name }, call));
}
