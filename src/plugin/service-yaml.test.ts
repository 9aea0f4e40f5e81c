import type { FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { compile, encodeRequest } from "../../test/compile.ts";
import { yamlsIn } from "../../test/run-plugin.ts";
import { formatDiagnostic } from "../descriptor/diagnostic.ts";
import { runPlugin } from "./plugin.ts";

let protos: FileDescriptorSet;

beforeAll(async () => {
  const rpc = (name: string): string => `rpc ${name}(Request) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info) = { response_type: "Request" metadata_type: "Request" }; }`;
  protos = await compile({
    "acme.proto": `syntax = "proto3"; package acme; import "google/longrunning/operations.proto";
      service Library { ${rpc("Create")} ${rpc("Print")} }
      service Shop { ${rpc("Order")} }
      service Plain { rpc Get(Request) returns (Request); }
      message Request {}`,
  });
});

interface Output {
  /** The polling settings of the methods in the emitted tables. */
  readonly polling: Record<string, string>;
  readonly notes: string[];
  readonly content: string;
  readonly error: string;
}

function run(yamls: Readonly<Record<string, string>>): Output {
  const parameter = ["target=ts", ...Object.keys(yamls).map((path) => `service_yaml=${path}`)].join(",");
  const { response, notes } = runPlugin(encodeRequest(protos, ["acme.proto"], parameter), yamlsIn(yamls));
  const content = response.file[0]?.content ?? "";
  const methods = content.matchAll(/^ {4}(\w+): \{([^}]*?\n {6}polling: (\{.*?\}))?/gm);
  return {
    polling: Object.fromEntries(Array.from(methods, ([, name, , polling = "not set"]) => [name, polling])),
    notes: notes.map(formatDiagnostic),
    content,
    error: response.error,
  };
}

/** Returns a YAML file with the initial delay of a method. */
function waits(method: string, delay: string): string {
  return `publishing: { method_settings: [{ selector: ${method}, long_running: { initial_poll_delay: ${delay} } }] }`;
}

describe("polling settings", () => {
  it("are generated only for the methods in a YAML file", () => {
    expect(run({ "a.yaml": waits("acme.Library.Create", "1s") }).polling).toEqual({
      create: "{ initialDelayMs: 1000 }",
      print: "not set",
      order: "not set",
    });
  });

  it("are read from all YAML files, and the last one with a method applies", () => {
    const { polling } = run({
      "a.yaml": waits("acme.Library.Create", "1s"),
      "b.yaml": waits("acme.Shop.Order", "2s"),
      "c.yaml": waits("acme.Library.Create", "3s"),
    });
    expect(polling).toEqual({
      create: "{ initialDelayMs: 3000 }",
      print: "not set",
      order: "{ initialDelayMs: 2000 }",
    });
  });

  it("are generated in one line", () => {
    const settings = "initial_poll_delay: 1s, poll_delay_multiplier: 1.5, max_poll_delay: 2s, total_poll_timeout: 3s";
    const yaml = waits("acme.Shop.Order", "1s").replace("initial_poll_delay: 1s", settings);
    expect(run({ "a.yaml": yaml }).polling.order).toBe(
      "{ initialDelayMs: 1000, delayMultiplier: 1.5, maxDelayMs: 2000, totalTimeoutMs: 3000 }",
    );
  });
});

describe("the deadline of a method", () => {
  it("is emitted as the timeout of starts: that of the last rule that applies", () => {
    const rules = '{ selector: "acme.*", deadline: 9 }, { selector: "acme.Library.*", deadline: 5.5 }';
    const { content } = run({
      "a.yaml": `backend: { rules: [${rules}, { selector: acme.Library.Print, address: a }] }`,
    });
    const methods = content.matchAll(/^ {4}(\w+): \{[^}]*?startTimeoutMs: (\d+)/gm);
    expect(Array.from(methods, ([, name, timeout]) => [name, timeout])).toEqual([
      ["create", "5500"],
      ["print", "5500"],
      ["order", "9000"],
    ]);
  });
});

describe("an invalid YAML", () => {
  it("stops generation, with all errors of all YAMLs and protos", () => {
    const { error, content } = run({ "a.yaml": waits("acme.Shop.Order", "1"), "b.yaml": "apis: 1" });
    expect(error.split("\n")).toEqual([
      expect.stringMatching(/^a\.yaml:1:\d+: initial_poll_delay is 1, /),
      expect.stringMatching(/^b\.yaml:1:7: apis is 1, /),
    ]);
    expect(content).toBe("");
  });
});

describe("a YAML file that applies to nothing", () => {
  it("causes a note", () => {
    expect(run({ "a.yaml": waits("acme.Shop.Ordr", "1s") }).notes).toEqual([
      'a.yaml:1:33: selector acme.Shop.Ordr matches no method of a listed service. Did you mean "acme.Shop.Order"?',
    ]);
  });
});

describe("a YAML file that lists a long-running service without google.longrunning.Operations", () => {
  const apis = (...names: string[]): string => `apis: [${names.map((name) => `{ name: ${name} }`).join(", ")}]`;

  it("causes a note with the first such service", () => {
    expect(
      run({ "a.yaml": apis("acme.Plain", "acme.Shop", "acme.Library"), "b.yaml": apis("acme.Shop") }).notes,
    ).toEqual([
      "a.yaml: apis lists acme.Library but not google.longrunning.Operations. " +
        "Add it; without it, clients cannot get the status of operations.",
      "b.yaml: apis lists acme.Shop but not google.longrunning.Operations. " +
        "Add it; without it, clients cannot get the status of operations.",
    ]);
  });

  it("is not a file that lists it or only plain services", () => {
    const served = apis("acme.Library", "google.longrunning.Operations");
    expect(run({ "a.yaml": served, "c.yaml": "{}" }).notes).toEqual([]);
    expect(run({ "a.yaml": apis("acme.Plain") }).notes).toEqual([expect.not.stringContaining("google.longrunning")]);
  });
});
