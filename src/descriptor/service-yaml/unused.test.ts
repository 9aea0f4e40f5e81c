import { createFileRegistry, type DescService } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { compile } from "../../../test/compile.ts";
import { formatDiagnostic } from "../diagnostic.ts";
import { parseServiceYaml } from "./parse-service-yaml.ts";
import { findUnused } from "./unused.ts";

const protos = await compile({
  "acme.proto": `syntax = "proto3"; package acme;
    service Library { rpc Create(M) returns (M); rpc Delete(M) returns (M); }
    service Shop { rpc Order(M) returns (M); }
    message M {}`,
});
const registry = createFileRegistry(protos);
const library = registry.getService("acme.Library") as DescService;
const shop = registry.getService("acme.Shop") as DescService;

function unused(text: string, services = [library, shop]): string[] {
  return findUnused(parseServiceYaml("acme.yaml", text), services).map(formatDiagnostic);
}

/** Returns a file with settings for a selector on line 2. */
function settings(selector: string, apis = ["acme.Library", "acme.Shop"]): string {
  return `apis: [${apis.map((name) => `{ name: ${name} }`)}]
publishing: { method_settings: [{ selector: "${selector}" }] }`;
}

function deadline(selector: string): string {
  return `apis: [{ name: acme.Library }]\nbackend: { rules: [{ selector: "${selector}", deadline: 5 }] }`;
}

it.each(["acme.Library.Create", "acme.Shop.*", "acme.*", "*", "acme.Library.Create, acme.Shop.Order"])(
  "settings for %s are used",
  (selector) => {
    expect(unused(settings(selector))).toEqual([]);
  },
);

it.each([
  ["acme.Library.Craete", ' Did you mean "acme.Library.Create"?'],
  ["acme.Libary.Create", ' Did you mean "acme.Library.Create"?'],
  ["acme.Libary.*", ' Did you mean "acme.Library.*"?'],
  ["acme.Library.Burn", ""],
  ["other.*", ""],
])("settings for %s match no method", (selector, hint) => {
  const message = `selector ${selector} matches no method of a listed service.${hint}`;
  expect(unused(settings(selector))).toEqual([`acme.yaml:2:33: ${message}`]);
  expect(unused(settings(`acme.Shop.Order,${selector}`))).toEqual([`acme.yaml:2:33: ${message}`]);
});

it("settings for a service that the file lists may be for a later run", () => {
  expect(unused(settings("acme.Shop.Order"), [library])).toEqual([]);
  expect(unused(settings("acme.Shop.*"), [library])).toEqual([]);
  expect(unused(settings("acme.Shop.Order", ["acme.Library"]), [library])).toHaveLength(1);
});

it("settings for a service that the file does not list are used if the service is in the run", () => {
  expect(unused(settings("acme.Shop.Order", ["acme.Library"]))).toEqual([]);
});

it("a file without apis concerns all services of the run", () => {
  expect(unused(settings("acme.Shop.Order", []))).toEqual([]);
  expect(unused(settings("acme.Shop.Ordr", []))).toHaveLength(1);
});

it("a file that lists no service of the run is reported once", () => {
  expect(unused(settings("acme.Other.Do", ["acme.Other", "acme.Else"]))).toEqual([
    "acme.yaml: apis lists none of the services with long-running methods: acme.Library, acme.Shop. Add them, or remove the file from the option.",
  ]);
});

it("nothing is reported in a run without long-running methods, such as one for another directory", () => {
  expect(unused(settings("acme.Library.Craete"), [])).toEqual([]);
});

it("deadlines of other services are not reported, unless the name is similar", () => {
  expect(unused(deadline("google.longrunning.Operations.*"))).toEqual([]);
  expect(unused(deadline("acme.Library.Craete"))).toHaveLength(1);
  expect(unused(deadline("acme.Libary.*"))).toHaveLength(1);
});
