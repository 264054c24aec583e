import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Linux counts a process's time in hundredths. */
const TICKS_PER_SECOND = 100;
/** Of /proc/PID/stat, counted after the name, which may hold spaces. */
const [USER, SYSTEM] = [11, 12];

/** Seconds that a process has computed so far; undefined where that cannot be known, or when it is gone. */
export function cpuSeconds(pid: number): number | undefined {
  try {
    return process.platform === "linux" ? ofProc(pid) : ofPs(pid);
  } catch {
    // It has ended, or this system has no ps.
    return undefined;
  }
}

function ofProc(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER]) + Number(fields[SYSTEM])) / TICKS_PER_SECOND;
}

/** [[days-]hours:]minutes:seconds */
function ofPs(pid: number): number {
  const text = execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" }).trim();
  return text
    .replace("-", ":")
    .split(":")
    .reverse()
    .reduce((sum, field, place) => sum + Number(field) * ([1, 60, 3_600, 86_400][place] ?? 0), 0);
}
