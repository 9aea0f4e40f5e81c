import { readFileSync } from "node:fs";
import type { ServiceYaml } from "./service-yaml.ts";

/**
 * Reads a service YAML file. `require` loads the reader only when needed; a static import would load it in every run.
 *
 * @throws Error that names the file if it cannot be read.
 */
export function readServiceYaml(path: string): ServiceYaml {
  const { parseServiceYaml } = require("./parse-service-yaml.ts") as typeof import("./parse-service-yaml.ts");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`service_yaml=${path}: ${(error as Error).message}`);
  }
  return parseServiceYaml(path, text);
}
