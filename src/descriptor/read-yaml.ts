import { readFileSync } from "node:fs";

/** Reads a YAML file. `require` loads the parser only when needed; a static import would load it in every run. */
export function readYaml(path: string): unknown {
  const { parse } = require("yaml") as typeof import("yaml");
  return parse(readFileSync(path, "utf8"));
}
