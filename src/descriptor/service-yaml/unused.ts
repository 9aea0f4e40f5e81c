import type { DescService } from "@bufbuild/protobuf";
import type { Diagnostic } from "../diagnostic.ts";
import { didYouMean, nearNames } from "../near-names.ts";
import { patternsOf, selects } from "./selector.ts";
import type { ServiceYaml } from "./service-yaml.ts";

/**
 * Reports all settings in a service YAML that apply to nothing. A file can be for several APIs, of which only some are
 * in a run, so settings for methods of other services that the file lists are not reported.
 *
 * @param services The services of the run that have long-running methods.
 */
export function findUnused(yaml: ServiceYaml, services: readonly DescService[]): Diagnostic[] {
  const { path, apis, settings } = yaml;
  const listed = services.filter(({ typeName }) => apis.size === 0 || apis.has(typeName));
  if (listed.length === 0) {
    return services.length === 0 ? [] : [{ position: path, message: listsNone(services) }];
  }
  const elsewhere = [...apis].filter((api) => !services.some(({ typeName }) => typeName === api));
  return settings.flatMap(({ selector, position, startTimeoutMs }) =>
    patternsOf(selector)
      .filter((pattern) => !methodsOf(services).some((method) => selects(pattern, method)))
      .filter((pattern) => !elsewhere.some((api) => selects(pattern, `${api}.${lastSegment(pattern)}`)))
      .flatMap((pattern) => {
        const hint = didYouMean(nearPatterns(pattern, listed));
        // Deadlines are also for plain methods and for services that other APIs share.
        const isReported = startTimeoutMs === undefined || hint !== "";
        return isReported
          ? { position, message: `selector ${pattern} matches no method of a listed service.${hint}` }
          : [];
      }),
  );
}

function listsNone(services: readonly DescService[]): string {
  const names = services.map(({ typeName }) => typeName).join(", ");
  return `apis lists none of the services with long-running methods: ${names}. Add them, or remove the file from the option.`;
}

function methodsOf(services: readonly DescService[]): string[] {
  return services.flatMap(({ typeName, methods }) => methods.map(({ name }) => `${typeName}.${name}`));
}

/** Returns the methods, or the patterns of services, that are similar to a pattern. */
function nearPatterns(pattern: string, services: readonly DescService[]): string[] {
  return pattern.endsWith(".*")
    ? nearNames(
        pattern.slice(0, -2),
        services.map(({ typeName }) => typeName),
      ).map((name) => `${name}.*`)
    : nearNames(pattern, methodsOf(services));
}

function lastSegment(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf(".") + 1);
}
