import type { Attributes, Counter, Histogram, Span } from "@opentelemetry/api";
import type { StartOutcome } from "./operation-store.ts";

/** Spans and metrics according to OpenTelemetry's semantic conventions for messaging. */
export interface Telemetry {
  /** Returns the trace context of the current call, for the spans of attempts to link to. */
  inject(): string | undefined;
  /** Counts a call that started an operation, or was refused. */
  started(method: string, outcome: StartOutcome): void;
  /** Runs an attempt in its own span. The function returns the type of the attempt's error, if it failed. */
  attempt(attempt: Attempt, run: () => Promise<string | undefined>): Promise<void>;
}

interface Attempt {
  readonly method: string;
  readonly operation: string;
  readonly number: number;
  readonly trace: string | undefined;
}

const system = "protoc-gen-ts-lro";

/** Uses `@opentelemetry/api` if it is installed. The API does nothing unless the program has set up an SDK. */
export async function createTelemetry(): Promise<Telemetry> {
  const api = await import("@opentelemetry/api").catch(() => undefined);
  if (api === undefined) {
    return {
      inject: () => undefined,
      started() {},
      async attempt(_attempt, run) {
        await run();
      },
    };
  }
  const { context, propagation, trace, metrics, SpanKind, SpanStatusCode } = api;
  const tracer = trace.getTracer(system);
  const meter = metrics.getMeter(system);
  const sent: Counter = meter.createCounter("messaging.client.sent.messages", {
    unit: "{message}",
    description: "Number of calls that started an operation or were refused.",
  });
  const duration: Histogram = meter.createHistogram("messaging.process.duration", {
    unit: "s",
    description: "Duration of attempts to run operations.",
  });

  function attributes(method: string, operation: string): Attributes {
    return {
      "messaging.system": system,
      "messaging.destination.name": method,
      "messaging.operation.name": operation,
    };
  }

  return {
    inject() {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return Object.keys(carrier).length > 0 ? JSON.stringify(carrier) : undefined;
    },
    started(method, outcome) {
      const failed = "refused" in outcome && { "error.type": outcome.refused };
      sent.add(1, { ...attributes(method, "start"), ...failed });
    },
    async attempt({ method, operation, number, trace: carrier }, run) {
      const started = carrier && trace.getSpanContext(propagation.extract(context.active(), JSON.parse(carrier)));
      const common = attributes(method, "process");
      const options = {
        kind: SpanKind.CONSUMER,
        links: started ? [{ context: started }] : [],
        attributes: {
          ...common,
          "messaging.operation.type": "process",
          "messaging.message.id": operation,
          "lro.attempt": number,
        },
      };
      const began = performance.now();
      await tracer.startActiveSpan(`process ${method}`, options, async (span: Span) => {
        const errorType = await run();
        if (errorType !== undefined) {
          span.setAttribute("error.type", errorType).setStatus({ code: SpanStatusCode.ERROR });
        }
        duration.record((performance.now() - began) / 1_000, {
          ...common,
          ...(errorType !== undefined && { "error.type": errorType }),
        });
        span.end();
      });
    },
  };
}
