import { create, fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorResponseSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { writeResponse } from "./write-response.ts";

test.each([
  ["no files", []],
  ["a file without content", [""]],
  ["text of all kinds", ["größer\n", "\u{1f4d6}", "x".repeat(127), "x".repeat(128)]],
  ["more than fits into a part", Array.from({ length: 300 }, (_, i) => String(i).repeat(1000))],
  ["a file that is larger than a part", ["small", "x".repeat(300_000), "small"]],
])("a response with %s can be decoded", (_, contents) => {
  const file = contents.map((content, i) => ({ name: `acme/größe${i}.ts`, content }));
  const response = create(CodeGeneratorResponseSchema, { supportedFeatures: 3n, minimumEdition: 998, file });
  const parts: Buffer[] = [];
  writeResponse(response, (bytes) => parts.push(Buffer.from(bytes)));
  expect(fromBinary(CodeGeneratorResponseSchema, Buffer.concat(parts))).toEqual(response);
});
