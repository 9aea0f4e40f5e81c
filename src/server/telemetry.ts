import type { Attributes, Span } from "@opentelemetry/api";
import { type Observed, observeStore } from "./gauges.ts";
import { createInstruments } from "./instruments.ts";
import type { StartOutcome } from "./operation-store.ts";

/** Spans and metrics according to OpenTelemetry's semantic conventions for messaging. */
export interface Telemetry {
  /** Returns the trace context of the current call, for the spans of attempts to link to. */
  inject(): string | undefined;
  /** Counts a call that started an operation, or was refused. */
  started(method: string, outcome: StartOutcome): void;
  /** Runs an attempt in its own span. The function returns the type of the attempt's error, if it failed. */
  attempt(attempt: Attempt, run: () => Promise<string | undefined>): Promise<void>;
  /** Counts a lease that this process lost. */
  leaseLost(method: string): void;
  /** Reports the state of the store with each collection of metrics, until the returned function is called. */
  observe(store: Observed): () => void;
}

interface Attempt {
  readonly method: string;
  readonly operation: string;
  readonly number: number;
  readonly trace: string | undefined;
  /** Time, in seconds, that the operation waited for this attempt. `undefined` if it is not the first. */
  readonly queuedSeconds: number | undefined;
  /** Whether the previous attempt lost its lease. */
  readonly takenOver: boolean;
}

const system = "protoc-gen-ts-lro";

/** The outcome of an attempt for the types of its error. All others mean that it failed. */
const outcomes: Readonly<Record<string, string>> = {
  "": "succeeded",
  canceled: "cancelled",
  preempted: "preempted",
  "lease-lost": "lease-lost",
  draining: "draining",
};

function destination(method: string): Attributes {
  return { "messaging.system": system, "messaging.destination.name": method };
}

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
      leaseLost() {},
      observe: () => () => {},
    };
  }
  const { context, propagation, trace, metrics, SpanKind, SpanStatusCode } = api;
  const tracer = trace.getTracer(system);
  const meter = metrics.getMeter(system);
  const { sent, duration, attempts, queueDuration, takeovers, lostLeases } = createInstruments(meter);

  function attributes(method: string, operation: string): Attributes {
    return { ...destination(method), "messaging.operation.name": operation };
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
    leaseLost: (method) => lostLeases.add(1, destination(method)),
    observe: (store) => observeStore(meter, system, store),
    async attempt({ method, operation, number, trace: carrier, queuedSeconds, takenOver }, run) {
      if (queuedSeconds !== undefined) {
        queueDuration.record(queuedSeconds, destination(method));
      }
      if (takenOver) {
        takeovers.add(1, destination(method));
      }
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
        attempts.add(1, { ...destination(method), "lro.outcome": outcomes[errorType ?? ""] ?? "failed" });
        span.end();
      });
    },
  };
}
