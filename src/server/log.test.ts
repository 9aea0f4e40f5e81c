import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { testPrograms } from "../../test/test-programs.ts";
import { consoleLog, createLog } from "./log.ts";

const startProgram = testPrograms();
afterEach(() => {
  vi.restoreAllMocks();
});

test("the console shows warnings and errors, with their facts and the error", () => {
  const [info, warn, error] = (["info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => {}),
  );
  const log = createLog(consoleLog);
  const failure = new Error("no paper");
  log({ level: "info", message: "draining" });
  log({ level: "warn", message: "took over", operation: "operations/1", method: "a.B.C", attempt: 2 });
  log({ level: "error", message: "the handler failed", error: failure });
  const worker = expect.stringMatching(/^\S+:\d+$/);
  expect(info?.mock.calls).toEqual([]);
  expect(warn?.mock.calls).toEqual([["took over", { operation: "operations/1", method: "a.B.C", attempt: 2, worker }]]);
  expect(error?.mock.calls).toEqual([["the handler failed", { worker }, failure]]);
});

test("the function of docs/serving.md passes entries to pino", async () => {
  // Inside the repository, so that the snippet can import packages.
  mkdirSync(".cache", { recursive: true });
  const folder = mkdtempSync(".cache/log-");
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const text = readFileSync("docs/serving.md", "utf8");
  const [, snippet = ""] = text.slice(text.indexOf("### Logging")).match(/```ts\n([\s\S]*?)```/) ?? [];
  const entry = { level: "warn", message: "took over", operation: "operations/1", attempt: 2, worker: "host-1:1" };
  const calls = `log(${JSON.stringify(entry)}); log({ level: "error", message: "failed", worker: "w", error: new Error("x") });`;
  const file = join(folder, "log.ts");
  writeFileSync(file, `${snippet}\n${calls}\n`);
  const program = startProgram(file);
  await program.exited;
  expect(program.lines.entries.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, msg: "took over", operation: "operations/1", attempt: 2, worker: "host-1:1" },
    { level: 50, msg: "failed", err: { type: "Error", message: "x" } },
  ]);
});
