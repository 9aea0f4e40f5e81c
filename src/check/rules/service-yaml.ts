import { formatDiagnostic } from "../../descriptor/diagnostic.ts";
import { startsOperation } from "../../descriptor/operation.ts";
import { findUnused } from "../../descriptor/service-yaml/unused.ts";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import type { Rule } from "../rule.ts";

export const serviceYamlValid: Rule = {
  id: "LRO_SERVICE_YAML_VALID",
  purpose: "Checks that service YAML files have no errors and that their settings apply to existing methods.",
  type: RuleType.LINT,
  must: true,
  *find({ files, options }) {
    const services = files.checked
      .flatMap((file) => file.services)
      .filter(({ methods }) => methods.some(startsOperation));
    for (const yaml of options.serviceYamls) {
      for (const diagnostic of [...yaml.problems, ...findUnused(yaml, services)]) {
        yield { message: formatDiagnostic(diagnostic) };
      }
    }
  },
};
