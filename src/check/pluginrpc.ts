import {
  create,
  createRegistry,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  fromJsonString,
  type MessageInitShape,
  type MessageShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { type Any, anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, RequestSchema, ResponseSchema, SpecSchema } from "../gen/pluginrpc/v1/pluginrpc_pb.ts";

/** The implementation of a service of unary methods. */
export type ServiceImpl<S extends DescService> = {
  readonly [K in keyof S["method"]]: (
    request: MessageShape<S["method"][K]["input"]>,
  ) => MessageInitShape<S["method"][K]["output"]>;
};

/** The request is invalid. The response carries the error to the caller. */
export class InvalidArgumentError extends Error {
  override readonly name = "InvalidArgumentError";
}

/**
 * Serves one run of a plugin: reads the command from the arguments and the request from stdin. Returns the bytes to
 * write to stdout.
 *
 * @throws Error if the arguments are invalid, or if stdin does not contain the request that the command requires.
 */
export function servePlugin<S extends DescService>(
  service: S,
  implementation: ServiceImpl<S>,
  args: readonly string[],
  readStdin: () => Uint8Array,
): Uint8Array {
  const { format, command } = parseArgs(args);
  const codec = codecs[format]?.(service);
  if (codec === undefined) {
    throw new Error(`unknown format "${format}". Use ${Object.keys(codecs).join(" or ")}.`);
  }
  if (command === "--protocol") {
    return new TextEncoder().encode("1\n");
  }
  if (command === "--spec") {
    return codec.encode(
      SpecSchema,
      create(SpecSchema, { procedures: service.methods.map((method) => ({ path: pathOf(method) })) }),
    );
  }
  const method = service.methods.find((candidate) => pathOf(candidate) === command);
  if (method === undefined) {
    throw new Error(`unknown command "${command}". Run this plugin through buf; see --help.`);
  }
  const request = readRequest(method, codec, readStdin());
  const call = implementation[method.localName as keyof S["method"]] as (
    request: unknown,
  ) => MessageInitShape<DescMessage>;
  return codec.encode(
    ResponseSchema,
    create(
      ResponseSchema,
      answer(() => anyPack(method.output, create(method.output, call(request)))),
    ),
  );
}

interface Codec {
  encode<D extends DescMessage>(schema: D, message: MessageShape<D>): Uint8Array;
  decode<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D>;
}

const codecs: Readonly<Record<string, (service: DescService) => Codec>> = {
  binary: () => ({ encode: toBinary, decode: fromBinary }),
  json: (service) => {
    const registry = createRegistry(service.file);
    return {
      encode: (schema, message) => new TextEncoder().encode(`${toJsonString(schema, message, { registry })}\n`),
      decode: (schema, bytes) => fromJsonString(schema, new TextDecoder().decode(bytes), { registry }),
    };
  },
};

function parseArgs(args: readonly string[]): { command: string; format: string } {
  let format = "binary";
  let command = "";
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--format") {
      format = args[++i] ?? "";
    } else if (arg.startsWith("--format=")) {
      format = arg.slice("--format=".length);
    } else if (command === "") {
      command = arg;
    } else {
      throw new Error(`unexpected argument "${arg}". Remove it.`);
    }
  }
  return { command, format };
}

function readRequest(method: DescMethod, codec: Codec, bytes: Uint8Array): unknown {
  try {
    const value = bytes.length === 0 ? undefined : codec.decode(RequestSchema, bytes).value;
    return value ? unpack(value, method.input) : create(method.input);
  } catch (error) {
    throw new Error(
      `the input is not a pluginrpc request with a ${method.input.typeName}: ${(error as Error).message}. Run this plugin through buf.`,
    );
  }
}

function unpack(value: Any, schema: DescMessage): unknown {
  const message = anyUnpack(value, schema);
  if (message === undefined) {
    throw new Error(`it contains a ${value.typeUrl}`);
  }
  return message;
}

function answer(call: () => Any): MessageInitShape<typeof ResponseSchema> {
  try {
    return { value: call() };
  } catch (error) {
    if (error instanceof InvalidArgumentError) {
      return { error: { code: Code.INVALID_ARGUMENT, message: error.message } };
    }
    throw error;
  }
}

function pathOf({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`;
}
