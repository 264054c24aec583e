import { WORKERS, type WorkMeter } from "../serving/work-meter.ts";
import { GROUPS } from "./groups.ts";
import { readProfile } from "./profile-folder.ts";
import { type Spender, type Split, splitProfile } from "./split.ts";

/** How many functions are named. */
const NAMED = 12;
const WIDTH = 9;
const LABEL = 24;

/** What the profiles say of the answers that were watched, for people. Executor and gateway have to have ended. */
export function reportProfiles(folder: string, meter: WorkMeter): string[] {
  const splits = WORKERS.map((worker) => {
    const { path, profile } = readProfile(folder, meter.pids[worker]);
    return { worker, path, split: splitProfile(profile, meter.windows, meter.answers) };
  });
  const line = (name: string, msOf: (split: Split) => number): string =>
    name.padEnd(LABEL) + splits.map(({ split }) => msOf(split).toFixed(3).padStart(WIDTH)).join("");
  const cpu = WORKERS.map((worker) => meter.cpuMs(worker).toFixed(3).padStart(WIDTH)).join("");
  return [
    `Milliseconds of each of ${meter.answers} answers; profiles are in ${folder}`,
    "".padEnd(LABEL) + WORKERS.map((worker) => worker.padStart(WIDTH)).join(""),
    "processor, all threads".padEnd(LABEL) + cpu,
    line("main thread busy", ({ busyMs }) => busyMs),
    ...GROUPS.map((group) => line(`  ${group}`, ({ groups }) => groups[group])),
    ...splits.flatMap(({ worker, path, split }) => [
      `\n${worker}: ${path}`,
      " functions, by themselves",
      ...named(split.functions),
      " functions of this checkout, with the libraries that work for them",
      ...named(split.own),
    ]),
  ];
}

const named = (spenders: readonly Spender[]): string[] =>
  spenders.slice(0, NAMED).map(({ name, ms }) => `  ${ms.toFixed(3).padStart(WIDTH)}  ${name}`);
