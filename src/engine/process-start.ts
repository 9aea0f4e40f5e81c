import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * Returns when a process started, which distinguishes it from a later process with the same ID: in clock ticks since
 * the boot on Linux, as a date elsewhere. `undefined` if there is no such process or on systems such as Windows.
 */
export function startOf(pid: number, proc = "/proc"): string | undefined {
  try {
    if (existsSync(proc)) {
      const stat = readFileSync(`${proc}/${pid}/stat`, "utf8");
      return stat.slice(stat.lastIndexOf(")")).split(" ")[20];
    }
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    return started.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Returns an ID of the current boot of the machine. `undefined` on systems other than Linux. */
export function currentBoot(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
