// Preloaded into each measured program. At exit, writes the peak memory of the program in bytes to file descriptor 3.
//
// On Linux, getrusage includes the memory of the parent process, but VmHWM does not.
const { readFileSync, writeSync } = require("node:fs");

process.on("exit", () => writeSync(3, String(peakBytes())));

function peakBytes() {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
