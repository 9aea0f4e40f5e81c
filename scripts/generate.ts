/*
 * Makes everything in the repository that is made from something else: `npm run generate`.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { generateCases } from "./cases.ts";
import { compileTemplates } from "./compile-templates.ts";

const buf = (...args: string[]): void => {
  execFileSync("node_modules/.bin/buf", args, { stdio: "inherit" });
};

buf("generate", "--template", "proto/buf.gen.yaml");
writeFileSync("src/gen/templates.ts", compileTemplates());
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
buf("generate");
await generateCases();
buf("generate", "--config", "examples/buf.yaml", "--template", "examples/buf.gen.yaml", "--output", "examples");
