import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { livingProcess } from "../../node/src/primitives/living-process.ts";
import type { Progress } from "./progress.ts";

/** How far from the wanted port to look. */
const REACH = 100;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });

/** Where the reservations of this machine's user lie. */
export const reservationsOfUser = (): string => join(tmpdir(), `lloom-ports-${userInfo().uid}`);

/**
 * Hands out free ports of the loopback: the wanted one or the next free one after it. A port is listened on only later, so
 * it is also reserved by a file with this process's id: networks that start at the same time keep out of each other's way.
 */
export class Ports implements Disposable {
  readonly #dir: string;
  readonly #given = new Set<number>();

  /** @param dir where reservations lie; the same for all who shall see each other's. */
  constructor(dir = reservationsOfUser()) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  /** Throws ExplainedError if none in reach is free. */
  async next(wanted: number): Promise<number> {
    for (let port = wanted; port < wanted + REACH; port++) if (this.#reserve(port) && (await isFree(port))) return port;
    throw new ExplainedError(
      `No port from ${wanted} to ${wanted + REACH - 1} is free.`,
      "Stop what listens there, then start again.",
    );
  }

  [Symbol.dispose](): void {
    for (const port of this.#given) rmSync(this.#file(port), { force: true });
    this.#given.clear();
  }

  #file(port: number): string {
    return join(this.#dir, String(port));
  }

  /** False if somebody who is alive, or this object, has it. */
  #reserve(port: number): boolean {
    if (this.#given.has(port)) return false;
    const file = this.#file(port);
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
      if (livingProcess(file) !== undefined) return false;
      // Its process ended without giving it back.
      rmSync(file, { force: true });
      return this.#reserve(port);
    }
    this.#given.add(port);
    return true;
  }
}

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
