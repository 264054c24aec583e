import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Megabytes of memory that a process holds. Throws when it is gone. */
export function residentMegabytes(pid: number): number {
  const kilobytes =
    process.platform === "linux"
      ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kilobytes) / 1_024;
}

/** A value at a time. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** How much the values grow in an hour: the line with the least squares through them. 0 for fewer than two. */
export function slopePerHour(samples: readonly Sample[]): number {
  if (samples.length < 2) return 0;
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [middle, height] = [mean(({ atMs }) => atMs), mean(({ value }) => value)];
  const spread = samples.reduce((sum, { atMs }) => sum + (atMs - middle) ** 2, 0);
  const rise = samples.reduce((sum, { atMs, value }) => sum + (atMs - middle) * (value - height), 0);
  return spread === 0 ? 0 : (rise / spread) * 3_600_000;
}
