import { beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../test/program.ts";

describe("npm run demo", () => {
  let exitCode: number | null;
  let stdout = "";
  let stderr = "";

  beforeAll(async () => {
    const run = await runProgram("scripts/demo.ts", { env: { NO_COLOR: "1", FORCE_COLOR: undefined } });
    stdout = String(run.stdout);
    ({ stderr, exitCode } = run);
  }, 300_000);

  /** Returns the output of a program of the demo, starting with its command. */
  function outputOf(command: string): string {
    return stdout.split("\n$ node ").find((output) => output.startsWith(command)) ?? "";
  }

  test("exits without errors", () => {
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain("all programs behaved as expected");
  });

  test("generates code from its own and Google's protos and compiles it", () => {
    expect(stdout).toContain("export.proto → export_lro.ts (startExport: Operation<ExportResult, ExportMetadata>)");
    expect(stdout).toContain("library.proto → library_lro.ts (createBook: Operation<Book, OperationMetadata>");
    expect(stdout).toContain("google/cloud/redis/v1/cloud_redis.proto → cloud_redis_lro.ts");
    expect(stdout).toMatch(/compiled \d+ files/);
  });

  test("prints progress as lines and the typed result if stderr is not a terminal", () => {
    expect(stderr).toMatch(/^ {2}\[=+-+\] \d+% \d+ rows$/m);
    expect(outputOf("export/client.js")).toContain("exported 12000 rows to gs://exports/books.csv");
  });

  test("prints a failure with its typed details", () => {
    const failure = stdout.slice(stdout.indexOf(" failed: "));
    expect(failure).toContain("[permission_denied] Permission denied on projects/acme/tables/salaries");
    expect(failure).toContain('ErrorInfo: TABLE_IS_PRIVATE, export.acme.example, {"table"');
  });

  test("cancels an export", () => {
    expect(stdout).toMatch(/cancelled after \d+ rows/);
  });

  test("resumes an export that another process started", () => {
    const [, start, name] = stdout.match(/--detach {2}# pid (\d+)\n(\S+)/) ?? [];
    const resumed = outputOf("export/resume.js");
    expect(resumed).toContain(`resumed ${name}`);
    expect(resumed).toContain("exported 12000 rows");
    expect(resumed).toMatch(/# pid \d+/);
    expect(resumed).not.toContain(`# pid ${start}\n`);
  });

  test("completes an export although its server is killed", () => {
    expect(stdout).toMatch(
      /\$ kill -9 \d+\n\$ node serving-node\/server\.js[^$]*\$ node export\/resume\.js[^$]*exported 12000 rows/,
    );
  });

  test("calls plain and long-running methods with one client", () => {
    expect(outputOf("library/client.js")).toMatch(/printing: \d+%[\s\S]*created \S+: Emma\n {2}deleted/);
  });

  test("returns progress and the result to Google's own client", () => {
    const google = outputOf("redis/google-client.js");
    expect(google).toContain("create projects/acme/locations/europe-west1/instances/cache: opening the port");
    expect(google).toContain("created projects/acme/locations/europe-west1/instances/cache: 4 GB at 10.0.0.3:6379");
  });
});
