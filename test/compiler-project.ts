/*
 * A project with protos, for tests that run protoc or buf on it.
 */
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { writeFiles } from "./compile.ts";
import { root } from "./repository.ts";

// Neither service imports its types.proto, and shelf.proto sets the option field by field.
export const protos: Readonly<Record<string, string>> = {
  "acme/library/v1/library.proto": `syntax = "proto3";
package acme.library.v1;
import "google/longrunning/operations.proto";
service Library {
  rpc CreateBook(Request) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info) = { response_type: "Book" metadata_type: "Metadata" };
  }
  rpc PrintBook(Request) returns (google.longrunning.Operation);
}
message Request {}
`,
  "acme/library/v1/types.proto": `syntax = "proto3";
package acme.library.v1;
message Book {}
message Metadata {}
`,
  "acme/shelf/v1/shelf.proto": `syntax = "proto3";
package acme.shelf.v1;
import "google/longrunning/operations.proto";
service Shelves {
  rpc CreateShelf(Request) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info).response_type = "Shelf";
    option (google.longrunning.operation_info).metadata_type = "Shelf.Metadata";
  }
}
message Request {}
`,
  "acme/shelf/v1/types.proto": `syntax = "proto3";
package acme.shelf.v1;
message Shelf {
  message Metadata {}
}
`,
};
/** The files that the plugin generates for the protos. */
export const emitted: readonly string[] = ["acme/library/v1/library_lro.ts", "acme/shelf/v1/shelf_lro.ts"];
/** The beginning of the plugin's note about PrintBook. */
export const note: string =
  "protoc-gen-ts-lro: acme/library/v1/library.proto:8:3: rpc acme.library.v1.Library.PrintBook: " +
  "returns google.longrunning.Operation without operation_info. It stays a plain RPC. ";

export interface CompilerProject {
  /** The project's directory, with the protos in `protos` and google.longrunning in `imports`. */
  directory(): string;
  /** Reads the files that were generated in `gen`, by path. */
  readGenerated(): Promise<Record<string, string>>;
}

/** Creates a project for each test. */
export function compilerProject(): CompilerProject {
  let directory = "";
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "compilers-"));
    await writeFiles(join(directory, "protos"), protos);
    await symlink(join(root, "proto"), join(directory, "imports"), "junction");
  });
  afterEach(() => rm(directory, { recursive: true }));
  return {
    directory: () => directory,
    async readGenerated() {
      const gen = join(directory, "gen");
      const paths = (await readdir(gen, { recursive: true })).filter((path) => path.endsWith(".ts"));
      const read = async (path: string): Promise<[string, string]> => [
        path.replaceAll("\\", "/"),
        await readFile(join(gen, path), "utf8"),
      ];
      return Object.fromEntries(await Promise.all(paths.sort().map(read)));
    },
  };
}
