// Preloaded into what is measured: says at its end how much memory it has had at most, in bytes, on descriptor 3.
//
// Linux counts the memory of the process that started this one into getrusage's figure, but not into VmHWM.
const { readFileSync, writeSync } = require("node:fs");

process.on("exit", () => writeSync(3, String(peakBytes())));

function peakBytes() {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
