import type { Counter, Histogram, Meter } from "@opentelemetry/api";

/** The instruments that record single events. */
export interface Instruments {
  readonly sent: Counter;
  readonly duration: Histogram;
  readonly attempts: Counter;
  readonly queueDuration: Histogram;
  readonly takeovers: Counter;
  readonly lostLeases: Counter;
}

export function createInstruments(meter: Meter): Instruments {
  return {
    sent: meter.createCounter("messaging.client.sent.messages", {
      unit: "{message}",
      description: "Number of calls that started an operation or were refused.",
    }),
    duration: meter.createHistogram("messaging.process.duration", {
      unit: "s",
      description: "Duration of attempts to run operations.",
    }),
    attempts: meter.createCounter("lro.attempts", {
      unit: "{attempt}",
      description: "Number of attempts to run operations, by outcome.",
    }),
    queueDuration: meter.createHistogram("lro.queue.duration", {
      unit: "s",
      description: "Time that operations waited for their first attempt.",
    }),
    takeovers: meter.createCounter("lro.takeovers", {
      unit: "{attempt}",
      description: "Number of attempts that followed a crash or a lost lease.",
    }),
    lostLeases: meter.createCounter("lro.leases.lost", {
      unit: "{lease}",
      description: "Number of leases that a process lost while it ran the operation.",
    }),
  };
}
