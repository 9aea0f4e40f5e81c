/*
 * Writes a report of the public API of each entry point to docs/api, from the declarations in dist. Reviews then show every
 * change to the API.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExtractorConfig as Config } from "@microsoft/api-extractor";

// Use require: Node.js does not detect the named exports of this CommonJS module.
const { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel }: typeof import("@microsoft/api-extractor") =
  createRequire(import.meta.url)("@microsoft/api-extractor");

const root = fileURLToPath(new URL("..", import.meta.url));

/** Deletes and rewrites all reports. */
export function writeApiReports(): void {
  rmSync(join(root, "docs/api"), { recursive: true, force: true });
  mkdirSync(join(root, "docs/api"));
  const temporary = mkdtempSync(join(tmpdir(), "api-"));
  try {
    const configs = entries().map(([name, declarations]) => configOf(name, declarations, temporary));
    const [first, ...others] = configs;
    if (first === undefined) {
      throw new Error("package.json has no export with types: add one");
    }
    const additionalEntryPoints = others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath);
    const compilerState = CompilerState.create(first, { additionalEntryPoints });
    for (const config of configs) {
      writeReport(config, compilerState);
    }
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Returns the entry points of the package with their declaration files. */
function entries(): [name: string, declarations: string][] {
  const { exports }: { exports: Record<string, { types?: string }> } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  return Object.entries(exports).flatMap(([path, { types }]) => (types ? [[path.slice("./".length), types]] : []));
}

function configOf(name: string, declarations: string, temporary: string): Config {
  const quiet = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(root, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, declarations),
      newlineKind: "lf",
      compiler: { overrideTsconfig: { compilerOptions, include: [join(root, "dist/**/*.d.ts")] } },
      apiReport: {
        enabled: true,
        reportFileName: name.replaceAll("/", "-"),
        reportFolder: join(root, "docs/api"),
        reportTempFolder: temporary,
        // Types that public types refer to are public, too.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: quiet, compilerMessageReporting: quiet, tsdocMessageReporting: quiet },
    },
  });
}

const compilerOptions = {
  target: "ES2022",
  module: "NodeNext",
  moduleResolution: "NodeNext",
  lib: ["ES2024", "DOM", "ESNext.Disposable"],
  types: ["node"],
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

function writeReport(config: Config, compilerState: ReturnType<typeof CompilerState.create>): void {
  const { succeeded, errorCount } = Extractor.invoke(config, {
    localBuild: true,
    compilerState,
    messageCallback(message) {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (!succeeded && errorCount > 0) {
    throw new Error(`API Extractor failed for ${config.mainEntryPointFilePath}: run npm run build and see its errors`);
  }
}
