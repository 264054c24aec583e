import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { wallClock } from "../../node/src/primitives/clock.ts";
import { livingProcess } from "../../node/src/primitives/living-process.ts";

/** Logs of so many runs are kept. */
const KEPT_RUNS = 5;
/** Names the process that a run belongs to. */
const OWNER = "owner";

/** Where a network keeps its files: data until it stops, logs for whoever wants to know afterwards. */
export interface RunFolder extends Disposable {
  readonly dataDir: string;
  readonly logDir: string;
  /** What the network's processes take for the user's home. */
  readonly home: string;
}

/** Where the runs of this machine's user lie. */
export const runsOfUser = (): string => join(tmpdir(), `lloom-devnet-${userInfo().uid}`);

/**
 * Makes a folder for this run, and sweeps what killed ones left behind: their data at once, their logs when newer ones have
 * come.
 */
export function openRunFolder(base = runsOfUser()): RunFolder {
  const dir = makeFolder(base);
  sweep(base);
  const [dataDir, logDir, home] = [join(dir, "data"), join(dir, "logs"), join(dir, "data", "home")];
  for (const folder of [home, logDir]) mkdirSync(folder, { recursive: true });
  return { dataDir, logDir, home, [Symbol.dispose]: () => clear(dir) };
}

function makeFolder(base: string): string {
  try {
    mkdirSync(base, { recursive: true, mode: 0o700 });
    // Named by the time, so that the order of names is the order of runs.
    const began = new Date(wallClock()).toISOString().replace(/[-:]|\..*/g, "");
    const dir = mkdtempSync(join(base, `${began}-`));
    writeFileSync(join(dir, OWNER), String(process.pid));
    return dir;
  } catch (cause) {
    throw new ExplainedError(
      `Cannot make a folder in ${base}.`,
      "Set TMPDIR to a folder that you may write to.",
      cause,
    );
  }
}

function sweep(base: string): void {
  const runs = readdirSync(base).sort().reverse();
  for (const [age, name] of runs.entries()) {
    const dir = join(base, name);
    if (livingProcess(join(dir, OWNER)) !== undefined) continue;
    if (age < KEPT_RUNS) clear(dir);
    else rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes all of a run but its logs. */
function clear(dir: string): void {
  rmSync(join(dir, "data"), { recursive: true, force: true, maxRetries: 3 });
  rmSync(join(dir, OWNER), { force: true });
}
