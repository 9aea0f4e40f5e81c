/*
 * A rolling upgrade under load: processes of an earlier commit, then of both versions, then of this version share a
 * database. Set ROLLING_UPGRADE_SECONDS to change the time for which each of these three phases lasts.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { describePostgres } from "../../../test/lro-servers.ts";
import { type PressProcess, pressProcesses } from "../../../test/press-processes.ts";
import { root } from "../../../test/repository.ts";

/** The commit before leases became independent of commits. */
const earlier = "77a9b87";
const seconds = Number(process.env.ROLLING_UPGRADE_SECONDS ?? 5);
const clients = 8;

function hasCommit(): boolean {
  try {
    execFileSync("git", ["cat-file", "-e", `${earlier}^{commit}`], { cwd: root, stdio: "ignore" });
    return true;
  } catch {
    console.warn(`the rolling upgrade is not tested, because this clone has no commit ${earlier}: fetch all commits`);
    return false;
  }
}

/** Creates a checkout of the earlier commit. */
function checkOut(): string {
  const directory = mkdtempSync(join(tmpdir(), "rolling-upgrade-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const archive = execFileSync("git", ["archive", earlier, "src", "test", "testdata", "package.json"], {
    cwd: root,
    maxBuffer: 2 ** 30,
  });
  execFileSync("tar", ["-x", "-C", directory], { input: archive });
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  return directory;
}

describePostgres((engine) => {
  const processes = pressProcesses(engine);

  test.runIf(hasCommit())("a rolling upgrade under load loses no operation", async () => {
    const cwd = checkOut();
    const live: PressProcess[] = [await processes.start({}, {}, cwd), await processes.start({}, {}, cwd)];
    const stopping: PressProcess[] = [];
    const started: { readonly title: string; readonly name: string }[] = [];
    let over = false;

    /** Starts operations one after another. Retries a call that fails because its process stops. */
    async function load(client: number): Promise<void> {
      for (let i = 0; !over; i++) {
        const request = { press: `presses/${i % 5}`, title: `${client}-${i}`, requestId: randomUUID() };
        for (let name = ""; name === ""; ) {
          const { press } = live[i % live.length] as PressProcess;
          name = await press.printBook(request, { timeoutMs: 5_000 }).then(
            (operation) => operation.name,
            async (error: unknown) => {
              expect([Code.Unavailable, Code.DeadlineExceeded, Code.Aborted, Code.Internal, Code.Unknown]).toContain(
                ConnectError.from(error).code,
              );
              await sleep(50);
              return "";
            },
          );
          started.push(...(name === "" ? [] : [{ title: request.title, name }]));
        }
      }
    }

    /** Starts a process of this version, then stops one of the earlier version. */
    async function replaceOne(): Promise<void> {
      live.push(await processes.start());
      const old = live.shift() as PressProcess;
      stopping.push(old);
      old.signal("SIGTERM");
    }

    const loads = Array.from({ length: clients }, (_, client) => load(client));
    await sleep(seconds * 1_000);
    await replaceOne();
    await sleep(seconds * 1_000);
    await replaceOne();
    await sleep(seconds * 1_000);
    over = true;
    await Promise.all(loads);
    expect(await Promise.all(stopping.map(({ exited }) => exited))).toEqual([0, 0]);

    const { press } = live[0] as PressProcess;
    const lost: string[] = [];
    for (const { title, name } of started) {
      const response = await press.printBook.resume(name).wait({ timeoutMs: 60_000 });
      if (response.title.split(",")[0] !== title) {
        lost.push(name);
      }
    }
    const [{ attempts } = {}] = await engine.sql("SELECT sum(attempt)::int AS attempts FROM operations");
    console.log(`${started.length} operations, ${attempts} attempts, ${lost.length} lost`);
    expect(lost).toEqual([]);
    expect(started.length).toBeGreaterThan(100);
    expect(await engine.sql("SELECT name FROM operations WHERE NOT done OR response IS NULL")).toEqual([]);
  });
});
