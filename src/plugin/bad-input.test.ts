import { create, fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorResponseSchema, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { compile, encodeRequest } from "../../test/compile.ts";
import { runBin } from "../../test/run-bin.ts";
import { noYaml } from "../../test/run-plugin.ts";
import { seededRandom } from "../../test/seeded-random.ts";
import { runPlugin } from "./plugin.ts";

/** A valid request without the large google/protobuf/descriptor.proto, so that mutations hit relevant bytes. */
let request: Uint8Array;

beforeAll(async () => {
  const { file } = await compile({
    "library.proto": `syntax = "proto3";
      package acme;
      import "google/longrunning/operations.proto";
      // Keeps books.
      service Library {
        // Creates a book.
        rpc Create(Request) returns (google.longrunning.Operation) {
          option (google.longrunning.operation_info) = { response_type: "Book" metadata_type: "Book.Metadata" };
        }
        rpc Get(Request) returns (Book);
      }
      message Request {}
      message Book {
        message Metadata { map<string, Genre> genres = 1; }
        enum Genre { GENRE_UNSPECIFIED = 0; }
      }`,
  });
  const operations = create(FileDescriptorProtoSchema, {
    name: "google/longrunning/operations.proto",
    package: "google.longrunning",
    messageType: [{ name: "Operation" }, { name: "OperationInfo" }],
    syntax: "proto3",
  });
  const library = file.filter(({ name }) => name === "library.proto");
  request = encodeRequest({ file: [operations, ...library] }, ["library.proto"], "target=ts,strict=false");
});

describe("bad input", () => {
  it("results in a response or an error: 10,000 mutated requests", () => {
    const outcomes = { emitted: 0, reported: 0, refused: 0 };
    const random = createRandom(1);
    for (let i = 0; i < 10_000; i++) {
      const mutated = mutate(request, random);
      try {
        const { response } = runPlugin(mutated, noYaml);
        outcomes[response.error === "" ? "emitted" : "reported"]++;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).toMatch(/\S/);
        expect((error as Error).message).not.toContain("\n    at ");
        outcomes.refused++;
      }
    }
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(50);
  });

  it("results in a response or one line on stderr: 30 mutated requests to the built plugin", async () => {
    const random = createRandom(2);
    for (let i = 0; i < 30; i++) {
      const { stdout, stderr, exitCode } = await runBin(mutate(request, random));
      if (exitCode === 0) {
        expect(() => fromBinary(CodeGeneratorResponseSchema, stdout)).not.toThrow();
      } else {
        expect(exitCode).toBe(1);
        expect(stdout).toHaveLength(0);
        expect(stderr).toMatch(/^protoc-gen-ts-lro: .+\n$/);
      }
    }
  });
});

/** Returns random numbers from 0 up to a limit, the same in every run. */
type Random = (limit: number) => number;

function createRandom(seed: number): Random {
  const random = seededRandom(seed);
  return (limit) => Math.floor(random() * limit);
}

/** Changes the bytes of a request at a position. */
type Mutation = (bytes: number[], at: number, random: Random) => void;

const keepingLengths: readonly Mutation[] = [
  (bytes, at, random) => bytes.splice(at, 1, (bytes[at] ?? 0) ^ (1 << random(8))),
  (bytes, at, random) => bytes.splice(at, 1, random(256)),
  (bytes, at, random) => bytes.splice(at, 1, ".AaBb/_\n".charCodeAt(random(8))),
];

const changingLengths: readonly Mutation[] = [
  (bytes, at, random) => bytes.splice(at, 1 + random(8)),
  (bytes, at, random) => bytes.splice(at, 0, ...Array.from({ length: 1 + random(8) }, () => random(256))),
  (bytes, at, random) => bytes.splice(at, 0, ...bytes.slice(at, at + random(64))),
  (bytes, at) => bytes.splice(at, 0, ...Array(10).fill(0xff)),
  (bytes, at) => bytes.splice(at),
];

/** Changes a request in one to three places. Mutations that keep all lengths valid get further. */
function mutate(original: Uint8Array, random: Random): Uint8Array {
  const bytes = [...original];
  const mutations = random(4) === 0 ? changingLengths : keepingLengths;
  for (let i = random(3); i >= 0; i--) {
    mutations[random(mutations.length)]?.(bytes, random(bytes.length), random);
  }
  return Uint8Array.from(bytes);
}
