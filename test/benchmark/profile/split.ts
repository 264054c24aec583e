import type { CallFrame, CpuProfile, SelfTime, Window } from "./cpu-profile.ts";
import { selfTimes } from "./cpu-profile.ts";
import { GROUPS, type Group, groupOf } from "./groups.ts";

/** A function and milliseconds of each answer. */
export interface Spender {
  readonly name: string;
  readonly ms: number;
}

/** Where the main thread's time went, in milliseconds of each answer; waiting for events is left out, waiting for the disk is not. */
export interface Split {
  readonly busyMs: number;
  readonly groups: Readonly<Record<Group, number>>;
  /** Functions by the time in which they were themselves at work. */
  readonly functions: readonly Spender[];
  /** Functions of this checkout, with the libraries and native code that worked for them. */
  readonly own: readonly Spender[];
}

/** Splits what is in a profile, within the windows in which so many answers were made. */
export function splitProfile(profile: CpuProfile, windows: readonly Window[], answers: number): Split {
  const times = selfTimes(profile, windows).filter(({ frame }) => frame.functionName !== "(idle)");
  const perAnswer = (us: number): number => us / 1_000 / Math.max(answers, 1);
  const groups = Object.fromEntries(GROUPS.map((group) => [group, 0])) as Record<Group, number>;
  for (const time of times) groups[groupOf(time)] += perAnswer(time.us);
  const sumBy = (nameOf: (time: SelfTime) => string): Spender[] => {
    const sums = new Map<string, number>();
    for (const time of times) sums.set(nameOf(time), (sums.get(nameOf(time)) ?? 0) + perAnswer(time.us));
    return [...sums].map(([name, ms]) => ({ name, ms })).sort((one, other) => other.ms - one.ms);
  };
  return {
    busyMs: perAnswer(times.reduce((sum, { us }) => sum + us, 0)),
    groups,
    functions: sumBy(({ frame }) => nameOf(frame)),
    own: sumBy(({ frame, callers }) => {
      const owner = [frame, ...callers].find(isOwn);
      return owner === undefined ? "nobody's: the event loop and libraries by themselves" : nameOf(owner);
    }),
  };
}

/** What all statements go through says nothing of what they are for. */
const isOwn = ({ url }: CallFrame): boolean =>
  /\/(node|protocol)\/src\//.test(url) && !/\/store\/database\/(database|watch-store)\.ts$/.test(url);

/** The function with the end of its file's path. */
function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const file = url.replace(/^file:\/\//, "").replace(/^.*\/(?=(node|protocol)\/src\/)|^.*\/node_modules\//, "");
  const name = functionName === "" ? `function at line ${lineNumber + 1}` : functionName;
  return file === "" ? name : `${name} (${file})`;
}
