import { createConnectTransport } from "@connectrpc/connect-web";
import { OperationError, progressOf, WaitAbortedError, WaitTimeoutError, waitAll } from "protoc-gen-ts-lro/client";
import { createPressServiceClient } from "../../testdata/gen/acme/press/v1/press_lro.ts";

/** Uses a client on a press server in any runtime, and returns the results. */
export async function smoke(baseUrl: string, fetch: typeof globalThis.fetch = globalThis.fetch): Promise<object> {
  const press = createPressServiceClient(createConnectTransport({ baseUrl, useBinaryFormat: true, fetch }));
  const operation = await press.printBook({ title: "Emma" });
  const percentages = new Set<number | undefined>();
  for await (const { metadata } of press.printBook.resume(operation.toToken()).updates()) {
    percentages.add(progressOf(metadata));
  }
  const { title } = await operation.wait();
  const cancelled = await press.printBook({ title: "Persuasion" });
  await cancelled.cancel();
  const others = await Promise.all(["1", "2", "3"].map((volume) => press.printBook({ title: volume })));
  const timeout = await others[0]?.wait({ timeoutMs: 1 }).catch((error) => error instanceof WaitTimeoutError);
  const abort = await others[0]
    ?.wait({ signal: AbortSignal.abort() })
    .catch((error) => error instanceof WaitAbortedError);
  const volumes = await waitAll(others);
  return {
    title,
    hasProgress: percentages.size > 1,
    cancelled: await cancelled.wait().catch((error) => error instanceof OperationError && error.code),
    timeout,
    abort,
    volumes: volumes.map((volume) => volume.title),
  };
}
