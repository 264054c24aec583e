import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ROOT } from "../../checkout/paths.ts";

/** Environment variable by which everything that a test started can be found again; no setting of the node. */
export const MARK = "MARK_OF_A_LLOOM_TEST";

/** What a program printed until it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program under test. */
export interface Program {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** All that it has printed so far, both streams. */
  readonly printed: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
}

export interface ProgramSpec {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Another Node than this one. */
  readonly node?: string;
}

/** No test touches the keys of whoever runs it. */
const XDG_DATA_HOME = join(tmpdir(), `lloom-test-home-${process.pid}`);

/** Runs a script with this Node, or another one. */
export function runNode({ args, env, cwd, node = process.execPath }: ProgramSpec): Program {
  const child = spawn(node, args, {
    cwd: cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: "1", XDG_DATA_HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { pid: child.pid ?? 0, ended, printed: () => stdout + stderr, signal: (name) => child.kill(name) };
}

/** Waits until the program has printed the text; throws with all that it printed when it ends before, or is too slow. */
export async function untilPrinted(program: Program, text: string, deadlineMs: number): Promise<void> {
  let running = true;
  const ended = (): void => {
    running = false;
  };
  program.ended.then(ended, ended);
  const said = (): boolean => program.printed().includes(text);
  try {
    await eventually(`"${text}" is printed`, deadlineMs, () => said() || !running);
  } catch (thrown) {
    throw new Error(`${(thrown as Error).message}; so far:\n${program.printed()}`);
  }
  if (!said()) throw new Error(`It ended without "${text}":\n${program.printed()}`);
}

/** Ids of living processes whose environment carries the mark. */
export function marked(mark: string): number[] {
  if (process.platform !== "linux") return markedByPs(mark);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(`${MARK}=${mark}`))
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return "";
  }
}

function markedByPs(mark: string): number[] {
  const listing = execFileSync("ps", ["-A", "-E", "-o", "pid=,command="], { encoding: "utf8" });
  return listing
    .split("\n")
    .filter((line) => line.includes(`${MARK}=${mark}`))
    .map((line) => Number.parseInt(line, 10));
}

/** Waits until the condition holds; throws with `what` after the deadline. */
export async function eventually(
  what: string,
  deadlineMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (performance.now() < end) {
    if (await holds()) return;
    await delay(50);
  }
  throw new Error(`Not within ${deadlineMs} ms: ${what}`);
}
