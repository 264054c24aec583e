import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { RunningNode } from "../../../devnet/src/nodes.ts";

const KIB = 1024;
export const MIB = KIB * KIB;
const LOOK_MS = 500;

/**
 * What may stay after a flood. Most of it is V8's: the heap of one process was seen to move by 140 MiB without any attack, as
 * it is collected when V8 likes. A hundred thousand offers that nobody forgets take more than this.
 */
export const MAY_STAY = 192 * MIB;

/** The memory of a process that lives from before an attack until after it. */
export class Memory {
  readonly name: string;
  readonly before: number;
  #peak: number;
  #after: number;
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;

  constructor({ name, process: { pid } }: RunningNode) {
    this.name = name;
    this.#pid = pid;
    this.before = residentBytes(pid);
    this.#peak = this.before;
    this.#after = this.before;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  get peak(): number {
    return this.#peak;
  }

  get after(): number {
    return this.#after;
  }

  /** Waits until what is more than before may stay, or the time is over. */
  async untilBack(longestMs: number): Promise<void> {
    const end = performance.now() + longestMs;
    while (this.#look() - this.before > MAY_STAY && performance.now() < end) await pause(LOOK_MS);
    clearInterval(this.#timer);
  }

  #look(): number {
    this.#after = residentBytes(this.#pid);
    this.#peak = Math.max(this.#peak, this.#after);
    return this.#after;
  }
}

/** Bytes of memory that a process holds. */
function residentBytes(pid: number): number {
  const kib =
    process.platform === "linux"
      ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).trim();
  return Number(kib) * KIB;
}
