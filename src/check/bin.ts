import { readServiceYaml } from "../descriptor/service-yaml/read-service-yaml.ts";
import { readAll, stderr, stdin, stdout, write } from "../descriptor/stdio.ts";
import { packageVersion } from "../descriptor/version.ts";
import { CheckService } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { createCheckService } from "./check-service.ts";
import { servePlugin } from "./pluginrpc.ts";

const name = "buf-plugin-lro";

const help = `${name} v${packageVersion}

Checks protos against the rules of AIP-151 for long-running operations. This is a plugin for buf lint and buf breaking.
In buf.yaml:

  lint:
    use: [STANDARD, LRO]
  breaking:
    use: [FILE, LRO]
  plugins:
    - plugin: ${name}
      options:
        empty_response_methods: [Purge*]               # may return google.protobuf.Empty, like Delete methods
        service_yaml: [acme/library/v1/library.yaml]   # must list google.longrunning.Operations under apis
`;

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  if (args.includes("--help") || args.includes("-h")) {
    write(stdout, help);
    return 0;
  }
  if (args.includes("--version") || args.includes("-v")) {
    write(stdout, `${name} v${packageVersion}\n`);
    return 0;
  }
  try {
    const service = createCheckService(readServiceYaml);
    write(
      stdout,
      servePlugin(CheckService, service, args, () => readAll(stdin)),
    );
    return 0;
  } catch (error) {
    write(stderr, `${name}: ${(error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ")}\n`);
    return 1;
  }
}
