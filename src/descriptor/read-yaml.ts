import { readFileSync } from "node:fs";

/** Reads a YAML file. The parser is loaded only when it is needed, as an import cannot be. */
export function readYaml(path: string): unknown {
  const { parse } = require("yaml") as typeof import("yaml");
  return parse(readFileSync(path, "utf8"));
}
