import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Programs } from "./demo-programs.ts";

let folder: string;
let programs: Programs;

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  folder = mkdtempSync(join(tmpdir(), "programs-"));
  programs = new Programs(folder);
});

afterEach(() => {
  vi.restoreAllMocks();
  programs.stop();
  rmSync(folder, { recursive: true });
});

function write(program: string): string {
  writeFileSync(join(folder, "program.mjs"), program);
  return "program.mjs";
}

test("returns the output of a program", async () => {
  const program = write('console.log("one\\ntwo")');
  expect(await programs.run([program], { prints: [/one/, /two/] })).toBe("one\ntwo");
});

test("rejects a program without the expected output", async () => {
  const program = write('console.log("one")');
  await expect(programs.run([program], { prints: [/one/, /two/] })).rejects.toThrow("program.mjs should print /two/");
});

test("rejects an unexpected exit code, even 0", async () => {
  const program = write("process.exit(3)");
  await expect(programs.run([program], { prints: [] })).rejects.toThrow("should exit with 0, but exited with 3");
  await expect(programs.run([program], { prints: [], exitCode: 3 })).resolves.toBe("");
});

test("interrupts a program after its first line", async () => {
  const program = write(
    'const idle = setInterval(() => {}, 1000); process.on("SIGINT", () => { clearInterval(idle); console.log("stopped"); }); console.log("ready");',
  );
  expect(await programs.run([program], { prints: [], interruptAfterMs: 1 })).toBe("ready\nstopped");
});

test("rejects a server that exits before it prints a URL", async () => {
  await expect(programs.serve(write(""))).rejects.toThrow("program.mjs exited before it printed a URL");
});
