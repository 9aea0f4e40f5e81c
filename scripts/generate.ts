/*
 * Regenerates everything: compiled templates, generated code, golden files, and API reports: `npm run generate`.
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { compileTemplates } from "../templates/compiler/compile-templates.ts";
import { generateCases } from "../test/golden-cases.ts";
import { writeApiReports } from "./api-report.ts";
import { generateExamples } from "./examples.ts";

const buf = (...args: string[]): void => {
  execFileSync("node_modules/.bin/buf", args, { stdio: "inherit" });
};

buf("generate", "--template", "proto/buf.gen.yaml");
writeFileSync("src/plugin/templates.gen.ts", compileTemplates());
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
buf("generate");
await generateCases();
rmSync("examples/gen", { recursive: true, force: true });
generateExamples("examples");
writeApiReports();
