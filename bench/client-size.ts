import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const plain = `
  import { createClient } from "@connectrpc/connect";
  import { createConnectTransport } from "@connectrpc/connect-web";
  import { LibraryService } from "./examples/gen/acme/library/v1/library_pb.js";
  const library = createClient(LibraryService, createConnectTransport({ baseUrl: "/" }));
  console.log(await library.createBook({}));
`;

const ours = `
  import { createConnectTransport } from "@connectrpc/connect-web";
  import { createLibraryServiceClient, unpackLibraryService_CreateBook } from "./examples/gen/acme/library/v1/library_lro.js";
  const library = createLibraryServiceClient(createConnectTransport({ baseUrl: "/" }));
  const operation = await library.createBook({});
  console.log(await operation.wait(), unpackLibraryService_CreateBook(operation.raw));
`;

/**
 * Returns the number of gzipped bytes that a generated client with wait and unpack adds to a bundle with a plain
 * Connect client. Both bundles contain Google's own google/longrunning/operations.proto, as the README recommends.
 */
export async function addedBytes(): Promise<number> {
  return (await gzippedBytes(ours)) - (await gzippedBytes(plain));
}

/**
 * Returns the number of gzipped bytes that an export adds to a bundle with a generated client, without other packages.
 */
export async function bytesOfExport(name: string, entry: string): Promise<number> {
  return (
    (await gzippedBytes(`${ours} import { ${name} } from "${entry}"; console.log(${name});`)) -
    (await gzippedBytes(ours))
  );
}

/** Returns the number of gzipped bytes of an entry point with all that it exports, without other packages. */
export function bytesOfEntry(path: string): Promise<number> {
  return gzippedBytes(`export * from "./dist/${path}";`, { packages: "external" });
}

async function gzippedBytes(contents: string, options: BuildOptions = {}): Promise<number> {
  const { outputFiles } = await build({
    external: ["google-auth-library"],
    stdin: { contents, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    ...options,
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}
