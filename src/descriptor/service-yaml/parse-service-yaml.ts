import type { DescField } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  HttpSchema,
  type MethodSettings,
  type MethodSettings_LongRunning,
  ServiceSchema,
} from "../../gen/service_yaml/service_pb.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { operationsService } from "../operation.ts";
import { MessageReader } from "./message-reader.ts";
import { patternsOf } from "./selector.ts";
import type { MethodPolling, ServiceYaml } from "./service-yaml.ts";
import { values } from "./values.ts";
import { parseYaml, type YamlNode } from "./yaml-node.ts";

/** Reads the text of a service YAML. */
export function parseServiceYaml(path: string, text: string): ServiceYaml {
  const { root, problems } = parseYaml(path, text, ["type", ...ServiceSchema.fields.map(({ name }) => name)]);
  const reader = new MessageReader({ values, open: ServiceSchema, isRead });
  const service = reader.read(ServiceSchema, root);
  const methodSettings = service.publishing?.methodSettings ?? [];
  return {
    path,
    // Without its syntax errors, the file may have other settings.
    problems:
      problems.length > 0
        ? problems
        : [...findOtherType(root), ...reader.problems, ...findRepeated(methodSettings, reader)],
    apis: new Set(service.apis.map(({ name }) => name)),
    settings: [
      ...(service.backend?.rules ?? []).map((rule) => ({
        selector: rule.selector,
        position: reader.positionOf(rule),
        ...(rule.deadline > 0 && { startTimeoutMs: rule.deadline * 1000 }),
      })),
      ...methodSettings.map((rule) => ({
        selector: rule.selector,
        position: reader.positionOf(rule),
        ...(rule.longRunning && { polling: pollingOf(rule.longRunning) }),
        ...(rule.autoPopulatedFields.length > 0 && { autoPopulatedFields: rule.autoPopulatedFields }),
      })),
    ],
    operationsHttp: service.http?.rules ?? [],
  };
}

/** Of the HTTP rules, only those of google.longrunning.Operations matter. Protos contain the other ones. */
function isRead(field: DescField, { content }: YamlNode): boolean {
  const entries = field === HttpSchema.field.rules && content.kind === "map" ? content.entries : undefined;
  return (
    entries === undefined ||
    entries.some(({ key, value }) => key === "selector" && value.written.includes(operationsService))
  );
}

function findOtherType({ content, position }: YamlNode): Diagnostic[] {
  if (content.kind !== "map") {
    return [
      { position, message: `not a service YAML. It must be a mapping, such as type: ${ServiceSchema.typeName}.` },
    ];
  }
  const type = content.entries.find(({ key }) => key === "type")?.value;
  return type === undefined || type.written === ServiceSchema.typeName
    ? []
    : [{ position: type.position, message: `type is ${type.written}. Name a file of type ${ServiceSchema.typeName}.` }];
}

/** Unlike other rules, of which the last one applies, method settings must not be repeated. */
function findRepeated(settings: readonly MethodSettings[], reader: MessageReader): Diagnostic[] {
  const positions = new Map<string, string>();
  return settings.flatMap((setting) =>
    patternsOf(setting.selector).flatMap((pattern) => {
      const position = reader.positionOf(setting);
      const first = positions.get(pattern);
      positions.set(pattern, position);
      return first === undefined
        ? []
        : {
            position,
            message: `method_settings has two entries for ${pattern}, the other one at ${first}. Merge them.`,
          };
    }),
  );
}

function pollingOf(settings: MethodSettings_LongRunning): MethodPolling {
  const { initialPollDelay, pollDelayMultiplier, maxPollDelay, totalPollTimeout } = settings;
  return {
    ...(initialPollDelay && { initialDelayMs: durationMs(initialPollDelay) }),
    ...(pollDelayMultiplier > 0 && { delayMultiplier: pollDelayMultiplier }),
    ...(maxPollDelay && { maxDelayMs: durationMs(maxPollDelay) }),
    ...(totalPollTimeout && { totalTimeoutMs: durationMs(totalPollTimeout) }),
  };
}
