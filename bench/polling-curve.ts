import { createRouterTransport } from "@connectrpc/connect";
import { createLroClient, type PollingOptions } from "protoc-gen-ts-lro/client";
import { createFakeClock, createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import type { RedisApi } from "../test/redis-api.ts";

/** The average number of calls and the average delay of a polling schedule. */
export interface CurvePoint {
  readonly label: string;
  readonly calls: number;
  readonly lateMs: number;
  /** The delay of the result as a fraction of the operation's duration. */
  readonly late: number;
}

const minute = 60_000;

/** Durations from 50 ms to ten minutes, distributed logarithmically. */
const lengths: number[] = Array.from({ length: 300 }, (_, i) => 50 * 12_000 ** ((i + Math.random()) / 300));

/** google-gax polls immediately, then after 100 ms; each further delay is 1.3 times as long, up to a minute. */
export function gaxCurve(): CurvePoint {
  const samples = lengths.map((takesMs) => {
    let [now, delay, calls] = [0, 100, 1];
    while (now < takesMs) {
      now += delay;
      delay = Math.min(delay * 1.3, minute);
      calls++;
    }
    return { takesMs, lateMs: now - takesMs, calls };
  });
  return point("google-gax", samples);
}

/** Our client with these options, on a fake clock. */
export async function curve(api: RedisApi, label: string, polling: PollingOptions): Promise<CurvePoint> {
  const samples: Sample[] = [];
  for (const takesMs of lengths) {
    const clock = createFakeClock({ random: Math.random });
    const operations = createInMemoryOperations({ clock, waitOperation: false });
    const transport = createRouterTransport((router) => {
      const createInstance = () => operations.start(api.service.methods.createInstance, { takesMs });
      operations.routes(router).service(api.service.service, { createInstance } as object);
    });
    const client = createLroClient(api.service, transport, { clock });
    const operation = await client.createInstance({}, { polling: { ...polling, longPollMs: 0 } });
    await operation.wait();
    samples.push({ takesMs, lateMs: clock.now() - takesMs, calls: operations.calls.length });
  }
  return point(label, samples);
}

interface Sample {
  readonly takesMs: number;
  readonly lateMs: number;
  readonly calls: number;
}

function point(label: string, samples: Sample[]): CurvePoint {
  const mean = (of: (sample: Sample) => number): number => samples.reduce((sum, s) => sum + of(s), 0) / samples.length;
  const late = mean(({ lateMs, takesMs }) => lateMs / takesMs);
  return { label, calls: mean(({ calls }) => calls), lateMs: mean(({ lateMs }) => lateMs), late };
}
