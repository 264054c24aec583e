import { createServer } from "node:net";
import { DevnetError } from "./devnet-error.ts";

/** How far from the wanted port to look. */
const REACH = 100;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });

/** Hands out free ports of the loopback, each once: the wanted one or the next free one after it. */
export class Ports {
  readonly #given = new Set<number>();

  async next(wanted: number): Promise<number> {
    for (let port = wanted; port < wanted + REACH; port++) {
      if (this.#given.has(port)) continue;
      this.#given.add(port);
      if (await isFree(port)) return port;
    }
    throw new DevnetError(
      `No port from ${wanted} to ${wanted + REACH - 1} is free.`,
      "Stop what listens there, then start again.",
    );
  }
}
