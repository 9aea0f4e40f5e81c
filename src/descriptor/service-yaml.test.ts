import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readServiceYaml } from "./service-yaml.ts";

const read = (text: string) => readServiceYaml("redis.yaml", () => parse(text));

describe("the YAML of a service", () => {
  it("says how to poll the operations of a method", () => {
    const { polling } = read(`
      publishing:
        method_settings:
        - selector: acme.v1.Service.Create
          long_running:
            initial_poll_delay: 60s
            poll_delay_multiplier: 1.5
            max_poll_delay: { seconds: 360 }
            total_poll_timeout: 0.5s
        - selector: acme.v1.Service.Get`);
    expect([...polling]).toEqual([
      [
        "acme.v1.Service.Create",
        { initialDelayMs: 60_000, delayMultiplier: 1.5, maxDelayMs: 360_000, totalTimeoutMs: 500 },
      ],
    ]);
  });

  it("leaves unsaid what it leaves out", () => {
    const { polling } = read(`
      publishing:
        method_settings:
        - selector: acme.v1.Service.Create
          long_running: { max_poll_delay: 1s }`);
    expect(polling.get("acme.v1.Service.Create")).toEqual({ maxDelayMs: 1000 });
  });

  it("lists what the API serves", () => {
    expect(read("apis: [{ name: acme.v1.Service }]").apis).toEqual(new Set(["acme.v1.Service"]));
  });

  it.each([
    ["[]", "service_yaml=redis.yaml: the file must be a mapping"],
    ["apis: 1", "service_yaml=redis.yaml: apis must be a list"],
    [
      "publishing: { method_settings: [{ selector: a.B.C, long_running: { max_poll_delay: 5m } }] }",
      'service_yaml=redis.yaml: max_poll_delay of a.B.C is "5m". Use a duration such as 60s, or a factor such as 1.5',
    ],
  ])("is refused with the reason when it is %s", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
