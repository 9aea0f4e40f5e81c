/*
 * OpenTelemetry's metrics of real servers.
 */
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { describePostgres, gate, leaseSeconds, openPress } from "../../test/lro-servers.ts";
import { never } from "../../test/operation-stores.ts";
import { createEngine, openEngine } from "./engine.ts";

const emma = { press: "presses/1", title: "Emma" };
const method = "acme.press.v1.PressService.PrintBook";

let exporter: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
afterEach(async () => {
  await reader.shutdown();
  metrics.disable();
});

/** Collects all metrics and returns the values of one, by its attributes without those that all have in common. */
async function collect(name: string): Promise<Record<string, unknown>> {
  exporter.reset();
  await reader.forceFlush();
  const points = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints as readonly { attributes: Record<string, unknown>; value: unknown }[]);
  return Object.fromEntries(
    points.map(({ attributes, value }) => {
      const { "messaging.system": _, "db.client.connection.pool.name": __, ...rest } = attributes;
      return [Object.values(rest).join(" "), typeof value === "object" ? (value as { count: number }).count : value];
    }),
  );
}

describePostgres((engine) => {
  test("gauges show operations by state and method, the age of the oldest queued one, and connections", async () => {
    const [began, end] = [gate(), gate()];
    const { press, lro } = await engine.open({
      concurrency: 1,
      async printBook({ title }) {
        began.open();
        await end.passed;
        return { title };
      },
    });
    const first = await press.printBook(emma);
    await began.passed;
    const second = await press.printBook(emma);
    await engine.sql("UPDATE job SET created_on = created_on - interval '1 hour'");
    expect(await collect("lro.operations")).toEqual({ [`${method} queued`]: 1, [`${method} running`]: 1 });
    const age = (await collect("lro.operations.queued.max_age"))[method];
    expect(age).toBeGreaterThanOrEqual(3_600);
    expect(await collect("db.client.connection.max")).toEqual({ "": 10 });
    expect(await collect("db.client.connection.pending_requests")).toEqual({ "": 0 });
    const { used, idle } = await collect("db.client.connection.count");
    expect(Number(used) + Number(idle)).toBeGreaterThan(0);
    end.open();
    await Promise.all([first.wait(), second.wait()]);
    await lro.drain();
    expect(await collect("lro.attempts")).toEqual({ [`${method} succeeded`]: 2 });
    expect(await collect("lro.queue.duration")).toEqual({ [method]: 2 });
    expect(await collect("messaging.process.duration")).toEqual({ [`${method} process`]: 2 });
    expect(await collect("lro.operations")).toEqual({ [`${method} queued`]: 0, [`${method} running`]: 0 });
  });

  test("attempts are counted by outcome, and takeovers and lost leases by method", async () => {
    const { press } = await engine.open({ work: false });
    const operation = await press.printBook(emma);
    const options = { leaseSeconds, sweepSeconds: 1, heartbeatMs: never, log: () => {} };
    const crashing = await openEngine(engine.engine(), options);
    onTestFinished(() => crashing.close());
    expect(await crashing.claim(method, 1)).toHaveLength(1);
    await engine.leasesPass();
    const [began, lost] = [gate(), gate()];
    const { lro } = await engine.open({
      periods: { renewMs: 20 },
      async printBook(_, { signal, attempt }) {
        if (attempt === 2) {
          began.open();
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          lost.open();
        }
        throw new Error("no paper");
      },
    });
    await began.passed;
    await engine.sql("UPDATE job SET retry_count = retry_count + 1");
    await lost.passed;
    await engine.leasesPass();
    await operation.outcome();
    await lro.drain();
    expect(await collect("lro.attempts")).toEqual({ [`${method} lease-lost`]: 1, [`${method} failed`]: 1 });
    expect(await collect("lro.takeovers")).toEqual({ [method]: 2 });
    expect(await collect("lro.leases.lost")).toEqual({ [method]: 1 });
  });

  test("only one of the processes that share a schema queries for the gauges", async () => {
    let queries = 0;
    for (const name of ["a:1", "b:2"]) {
      const counting = createEngine(async (options) => {
        const store = await openEngine(engine.engine(), options);
        return {
          ...store,
          async measure() {
            const measured = await store.measure(name);
            queries += measured ? 1 : 0;
            return measured;
          },
        };
      });
      const { lro } = await openPress(counting, { work: false });
      onTestFinished(() => lro.close());
    }
    for (let scrapes = 1; scrapes <= 3; scrapes++) {
      await reader.forceFlush();
      expect(queries).toBe(scrapes);
    }
    await engine.sql(`UPDATE operations_settings SET value = '["gone:1", 0]' WHERE name = 'measuring'`);
    await reader.forceFlush();
    expect(queries).toBe(4);
  });
});
