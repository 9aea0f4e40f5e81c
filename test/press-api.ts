import { execFileSync } from "node:child_process";
import { createFileRegistry, type DescMessage, type DescService, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type LroMethod, type LroService, lroService } from "protoc-gen-ts-lro/codegen";

/** The printing press of the tests, with its long-running PrintBook. */
export type PressApi = LroService<DescService, { printBook: LroMethod }>;

/** Reads the API from its proto, without generated code. */
export function readPressApi(): PressApi {
  const args = ["build", "--path", "testdata/proto/acme/press", "--output", "-#format=binpb"];
  const bytes = execFileSync("node_modules/.bin/buf", args, { maxBuffer: 2 ** 26 });
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  const message = (name: string): DescMessage => registry.getMessage(`acme.press.v1.${name}`) as DescMessage;
  const service = registry.getService("acme.press.v1.PressService") as DescService;
  const types = { response: message("PrintBookResponse"), metadata: message("PrintBookMetadata") };
  return lroService(service, { printBook: types }, 1);
}
