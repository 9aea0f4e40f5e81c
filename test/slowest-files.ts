import type { Reporter, TestModule } from "vitest/node";

const count = 10;

/** Prints the slowest test files, if there are several. */
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length === 1) {
      return;
    }
    const files = modules
      .map((module) => ({ path: module.relativeModuleId, ms: durationOf(module) }))
      .sort((a, b) => b.ms - a.ms)
      .slice(0, count);
    console.log("\nThe slowest files:");
    for (const { path, ms } of files) {
      console.log(`${(ms / 1_000).toFixed(1).padStart(7)} s  ${path}`);
    }
  }
}

function durationOf(module: TestModule): number {
  const { collectDuration, duration, setupDuration } = module.diagnostic();
  return collectDuration + duration + setupDuration;
}
