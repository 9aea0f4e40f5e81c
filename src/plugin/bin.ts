import { fstatSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { formatDiagnostic } from "../descriptor/diagnostic.ts";
import { readServiceYaml } from "../descriptor/service-yaml/read-service-yaml.ts";
import { readAll, stderr, stdin, stdout, write } from "../descriptor/stdio.ts";
import { optionsHelp, parseParameter } from "./options.ts";
import { pluginName, pluginVersion, runPlugin } from "./plugin.ts";
import { findParameter } from "./request/encoded-request.ts";
import { writeResponse } from "./write-response.ts";

const help = `${pluginName} ${pluginVersion}

Generates typed clients and servers for long-running methods: those that return a google.longrunning.Operation and
are annotated with google.longrunning.operation_info.

This is a plugin for buf and protoc, which run it and send it a request on stdin:

  buf.gen.yaml    plugins: [{ local: protoc-gen-ts-lro, out: src/gen, opt: [target=ts] }]
  protoc          protoc --ts-lro_out=src/gen --ts-lro_opt=target=ts FILES

${optionsHelp}`;

// Most allocations are short-lived. Without this flag, V8 grows the young generation to over 100 MB on large requests.
setFlagsFromString("--semi-space-growth-factor=1");

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  switch (args[0]) {
    case undefined:
      break;
    case "-h":
    case "--help":
      write(stdout, help);
      return 0;
    case "-v":
    case "--version":
      write(stdout, `${pluginName} ${pluginVersion}\n`);
      return 0;
    default:
      return fail(`unknown argument ${args[0]}. Pass plugin options in buf.gen.yaml or with --ts-lro_opt; see --help.`);
  }
  try {
    // Accessing process.stdin would make a pipe non-blocking; large runs would spend most of their time retrying reads.
    const request = fstatSync(stdin).isCharacterDevice() ? new Uint8Array() : readAll(stdin, checkOptions);
    if (request.length === 0) {
      return fail("no request on stdin: run this plugin through buf or protoc. See --help.");
    }
    const { response, notes } = runPlugin(request, readServiceYaml);
    for (const note of notes) {
      write(stderr, `${pluginName}: ${formatDiagnostic(note)}\n`);
    }
    writeResponse(response, (bytes) => write(stdout, bytes));
    return 0;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Checks the options as soon as they arrive, so that a typo in them does not cost reading a large request. */
function checkOptions(start: Uint8Array): void {
  parseParameter(findParameter(start) ?? "");
}

function fail(message: string): number {
  write(stderr, `${pluginName}: ${message.replace(/\s+/g, " ")}\n`);
  return 1;
}
