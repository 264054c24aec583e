import { setTimeout as pause } from "node:timers/promises";
import type { Part } from "../../../devnet/src/part.ts";
import type { Seeded } from "../../../protocol/test/seeded.ts";

/** The end of a process that nobody asked to end. */
export interface Kill {
  readonly name: string;
  readonly atMs: number;
}

/** One that may be killed, and so often: after four ends the supervisor lets it lie. */
export interface Victim {
  readonly part: Part;
  readonly most: number;
}

const LEAST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 4_000;

/**
 * Kills one of the victims with SIGKILL now and then, until the signal; whom and when is drawn. The supervisor starts each
 * again on its own data.
 */
export async function strike(
  victims: readonly Victim[],
  { random, signal, onKill }: { readonly random: Seeded; readonly signal: AbortSignal; onKill: (kill: Kill) => void },
): Promise<void> {
  const left = new Map(victims.map(({ part, most }) => [part, most]));
  while (!signal.aborted) {
    await pause(LEAST_PAUSE_MS + random.below(MOST_PAUSE_MS - LEAST_PAUSE_MS), undefined, { signal }).catch(() => {});
    const standing = [...left].filter(([part, kills]) => part.alive && kills > 0);
    const [part, kills] = standing[random.below(standing.length)] ?? [];
    if (signal.aborted || part === undefined || kills === undefined) continue;
    left.set(part, kills - 1);
    onKill({ name: part.name, atMs: performance.now() });
    process.kill(part.pid, "SIGKILL");
  }
}
