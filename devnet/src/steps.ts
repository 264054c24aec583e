import type { Ports } from "./ports.ts";
import type { Progress } from "./progress.ts";

/** Wanted ports; a busy one is replaced by the next free one. */
const PORTS = {
  chain: 8545,
  "first validator": 4001,
  "second validator": 4002,
  gateway: 8080,
  indexer: 42069,
  explorer: 3000,
  observer: 9480,
};
/** A part's port: the one that people expect, or the next free one, which is said. */
export async function wantedPort(progress: Progress, ports: Ports, part: keyof typeof PORTS): Promise<number> {
  const port = await ports.next(PORTS[part]);
  if (port !== PORTS[part]) progress.say(`   port ${PORTS[part]} is busy, so the ${part} takes ${port}`);
  return port;
}

/** One step of a start, with how long it took and what came of it. */
export async function timed<T>(
  progress: Progress,
  name: string,
  work: () => Promise<T>,
  outcome?: (result: T) => string,
): Promise<T> {
  const done = progress.step(name);
  const result = await work();
  done(outcome?.(result) ?? (typeof result === "string" ? result : ""));
  return result;
}
