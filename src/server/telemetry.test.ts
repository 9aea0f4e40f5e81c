import { context, metrics, propagation, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterEach, expect, test } from "vitest";
import { createTelemetry } from "./telemetry.ts";

const method = "acme.press.v1.PressService.PrintBook";
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const first = { queuedSeconds: undefined, takenOver: false };

afterEach(() => {
  for (const api of [trace, metrics, propagation, context]) {
    api.disable();
  }
});

test("each attempt has a span, which is linked to the call that started the operation", async () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  propagation.setGlobalPropagator({
    inject: (_, carrier) => Object.assign(carrier as object, { traceparent }),
    extract: (context, carrier) => {
      const [, traceId = "", spanId = ""] = (carrier as Record<string, string>).traceparent?.split("-") ?? [];
      return trace.setSpanContext(context, { traceId, spanId, traceFlags: 1 });
    },
    fields: () => ["traceparent"],
  });
  const telemetry = await createTelemetry();
  const carrier = telemetry.inject();
  await telemetry.attempt(
    { method, operation: "operations/1", number: 2, trace: carrier, ...first },
    async () => "internal",
  );

  expect(exporter.getFinishedSpans()).toMatchObject([
    {
      name: `process ${method}`,
      kind: 4,
      attributes: {
        "messaging.system": "protoc-gen-ts-lro",
        "messaging.destination.name": method,
        "messaging.operation.type": "process",
        "messaging.message.id": "operations/1",
        "lro.attempt": 2,
        "error.type": "internal",
      },
      links: [{ context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" } }],
      status: { code: 2 },
    },
  ]);
});

test("metrics count starts and measure the duration of attempts", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const telemetry = await createTelemetry();
  telemetry.started(method, { refused: "busy" });
  await telemetry.attempt(
    { method, operation: "operations/1", number: 1, trace: undefined, ...first },
    async () => undefined,
  );
  await reader.forceFlush();

  const recorded = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  expect(recorded).toMatchObject([
    {
      descriptor: { name: "messaging.client.sent.messages" },
      dataPoints: [{ value: 1, attributes: { "messaging.destination.name": method, "error.type": "busy" } }],
    },
    {
      descriptor: { name: "messaging.process.duration", unit: "s" },
      dataPoints: [{ value: { count: 1 }, attributes: { "messaging.destination.name": method } }],
    },
    { descriptor: { name: "lro.attempts" }, dataPoints: [{ value: 1, attributes: { "lro.outcome": "succeeded" } }] },
  ]);
  await reader.shutdown();
});
