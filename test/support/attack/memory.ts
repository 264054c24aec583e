import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { RunningNode } from "../../../devnet/src/nodes.ts";
import type { Looks } from "./heap.ts";

const KIB = 1024;
export const MIB = KIB * KIB;
const LOOK_MS = 500;
const AGAIN_MS = 5_000;

/** What a process may hold more than before a flood, when everything that nobody holds was collected. */
export const MAY_STAY = 24 * MIB;

/** The memory of a process that lives from before an attack until after it, bytes. It has to be let go before the process ends. */
export class Memory implements Disposable {
  readonly name: string;
  /** Held before. */
  readonly before: number;
  readonly #node: RunningNode;
  readonly #pid: number;
  readonly #looks: Looks;
  #after: number;
  #peak = 0;
  readonly #timer: NodeJS.Timeout;

  private constructor(node: RunningNode, { looks, before }: { looks: Looks; before: number }) {
    this.name = node.name;
    this.before = before;
    this.#node = node;
    this.#pid = node.process.pid;
    this.#looks = looks;
    this.#after = before;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Looks at a process that was started while looks were allowed. */
  static async watch(node: RunningNode, looks: Looks): Promise<Memory> {
    return new Memory(node, { looks, before: await looks.heldBytes(node.process.pid) });
  }

  /** Held afterwards. */
  get after(): number {
    return this.#after;
  }

  /** Most that was resident, garbage and all. */
  get peak(): number {
    return this.#peak;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /**
   * Waits until no more than before and what may stay is held, or the time is over.
   * @throws Error if the process ended, which nobody had asked for.
   */
  async untilBack(longestMs: number): Promise<void> {
    this[Symbol.dispose]();
    const end = performance.now() + longestMs;
    for (;;) {
      if (!this.#isTheSame()) throw new Error(`${this.name}, which nobody killed, has ended.`);
      this.#after = await this.#looks.heldBytes(this.#pid);
      if (this.#after - this.before <= MAY_STAY || performance.now() > end) return;
      await pause(AGAIN_MS);
    }
  }

  #isTheSame(): boolean {
    const { pid, alive } = this.#node.process;
    return alive && pid === this.#pid;
  }

  #look(): void {
    if (this.#isTheSame()) this.#peak = Math.max(this.#peak, residentBytes(this.#pid));
  }
}

/** Bytes of memory that a process takes from the machine. */
function residentBytes(pid: number): number {
  const kib =
    process.platform === "linux"
      ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).trim();
  return Number(kib) * KIB;
}
