import type { Meter } from "@opentelemetry/api";
import { thisProcess } from "./log.ts";
import type { OperationStore } from "./operation-store.ts";

/** The sources of the gauges. */
export type Observed = Pick<OperationStore, "measure" | "connections">;

/**
 * Reports the operations in a store and the connections of this process, each time that the SDK collects metrics. The
 * operations take one query, which only one of the processes that share the store runs.
 *
 * @returns A function that stops reporting.
 */
export function observeStore(meter: Meter, system: string, { measure, connections }: Observed): () => void {
  const operations = meter.createObservableGauge("lro.operations", {
    unit: "{operation}",
    description: "Number of operations that are not done, by method and state. Reported by one process.",
  });
  const oldest = meter.createObservableGauge("lro.operations.queued.max_age", {
    unit: "s",
    description: "Waiting time of the oldest operation that no worker has claimed, by method. Reported by one process.",
  });
  const count = meter.createObservableUpDownCounter("db.client.connection.count", {
    unit: "{connection}",
    description: "Number of connections, by state.",
  });
  const max = meter.createObservableUpDownCounter("db.client.connection.max", {
    unit: "{connection}",
    description: "Maximum number of connections.",
  });
  const pending = meter.createObservableUpDownCounter("db.client.connection.pending_requests", {
    unit: "{request}",
    description: "Number of requests that wait for a connection.",
  });

  const known = new Set<string>();
  return observe(meter, [operations, oldest, count, max, pending], async (result) => {
    const pool = { "db.client.connection.pool.name": system };
    const usage = connections();
    if (usage) {
      result.observe(count, usage.used, { ...pool, "db.client.connection.state": "used" });
      result.observe(count, usage.idle, { ...pool, "db.client.connection.state": "idle" });
      result.observe(max, usage.max, pool);
      result.observe(pending, usage.pending, pool);
    }
    const measured = (await measure(thisProcess)) ?? [];
    // The SDK repeats the last value of a gauge, so a method without operations needs a zero.
    const others = [...known].filter((method) => !measured.some((one) => one.method === method));
    const zeros = others.map((method) => ({ method, queued: 0, running: 0, oldestSeconds: 0 }));
    for (const { method, queued, running, oldestSeconds } of [...measured, ...zeros]) {
      known.add(method);
      const attributes = { "messaging.system": system, "messaging.destination.name": method };
      result.observe(operations, queued, { ...attributes, "lro.state": "queued" });
      result.observe(operations, running, { ...attributes, "lro.state": "running" });
      result.observe(oldest, oldestSeconds, attributes);
    }
  });
}

/** Adds a callback for observable instruments and returns a function that removes it. */
function observe(
  meter: Meter,
  instruments: Parameters<Meter["addBatchObservableCallback"]>[1],
  callback: Parameters<Meter["addBatchObservableCallback"]>[0],
): () => void {
  meter.addBatchObservableCallback(callback, instruments);
  return () => meter.removeBatchObservableCallback(callback, instruments);
}
