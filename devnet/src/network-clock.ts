import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { MOVED_CLOCK } from "../../checkout/paths.ts";
import { connect } from "../../checkout/rpc.ts";

/** Until every program has looked. */
const SPREAD_MS = 500;

/** One clock for a development network's chain and programs, which can be moved on: where law takes days, nobody waits for them. */
export class NetworkClock {
  readonly #file: string;
  #aheadSeconds = 0;

  /** `dir`: of the network's data. */
  constructor(dir: string) {
    this.#file = join(dir, "clock");
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, "0");
  }

  /** Flags of Node's own, for every program that goes by it. */
  get flags(): readonly string[] {
    const module = pathToFileURL(MOVED_CLOCK);
    module.searchParams.set("file", this.#file);
    return [`--import=${module.href}`];
  }

  /** Moves chain and programs on together. */
  async moveOn(rpcUrl: string, seconds: number): Promise<void> {
    this.#aheadSeconds += seconds;
    writeFileSync(this.#file, String(this.#aheadSeconds * 1000));
    await delay(SPREAD_MS);
    const provider = connect(rpcUrl);
    try {
      await provider.send("evm_increaseTime", [seconds]);
      await provider.send("evm_mine", []);
    } finally {
      provider.destroy();
    }
  }
}
