import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CpuProfile } from "./cpu-profile.ts";

/** Node's flags that write a profile of each process there when it ends. */
export const profileFlags = (folder: string): string[] => ["--cpu-prof", `--cpu-prof-dir=${folder}`];

/** The profile of a process's main thread. Throws if it wrote none. */
export function readProfile(folder: string, pid: number): { readonly path: string; readonly profile: CpuProfile } {
  // CPU.day.time.process.thread.number.cpuprofile
  const name = readdirSync(folder).find((file) => new RegExp(`\\.${pid}\\.0\\.\\d+\\.cpuprofile$`).test(file));
  if (name === undefined) throw new Error(`Process ${pid} left no profile in ${folder}; was it killed?`);
  const path = join(folder, name);
  return { path, profile: JSON.parse(readFileSync(path, "utf8")) as CpuProfile };
}
