import type { Chain } from "../chain/chain.ts";
import { BlockTime } from "../chain/read/block-time.ts";
import { asLloomError, type LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Host } from "../p2p/host/host.ts";
import { comparePeerClocks } from "../p2p/rpc/peer-time.ts";
import { type Clock, wallClock } from "../primitives/clock.ts";
import { pause } from "../primitives/pause.ts";
import { type ClockEvidence, clockError, seemingSkewMs } from "./clock-evidence.ts";
import { clockProblem } from "./clock-problem.ts";

export interface ClockWatchOptions {
  readonly chain: Chain;
  readonly host: Host;
  /** The clock that is looked after, Unix milliseconds. */
  readonly clock?: Clock;
  /** Called when it turns out to be wrong, when it is wrong by another amount, and with `undefined` when it is right again. */
  readonly onChange: (problem: LloomError | undefined) => void;
  readonly log: Log;
}

/** How often the clock is compared: soon after the start, since peers come one by one, then less often. */
const FIRST_EVERY_MS = 5_000;
const FIRST_LOOKS = 6;
const EVERY_MS = 30_000;
/** One comparison. */
const LOOK_MS = 5_000;
/** Two errors within this are the same one. */
const SAME_MS = 10_000;

/**
 * Compares this machine's clock with the chain's blocks and with peers, at the start and all the time. It only tells: a
 * clock is its owner's to set, and what strangers say changes nothing that is signed.
 */
export class ClockWatch implements AsyncDisposable {
  readonly #options: ClockWatchOptions;
  readonly #clock: Clock;
  readonly #blocks: BlockTime;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #looking: Promise<LloomError | undefined> | undefined;
  #problem: LloomError | undefined;
  #skewMs = 0;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? wallClock;
    this.#blocks = new BlockTime(options.chain, this.#clock);
    this.#running = this.#run();
  }

  /** What is known to be wrong with the clock. */
  get problem(): LloomError | undefined {
    return this.#problem;
  }

  /** By how much the clock seemed to be ahead when it was last compared; 0 while nobody says anything. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** Compares now; whoever asks meanwhile gets the same answer. Never throws. */
  look(): Promise<LloomError | undefined> {
    this.#looking ??= this.#compare().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let looks = 0; !signal.aborted; looks++) {
      await this.look();
      await pause(looks < FIRST_LOOKS ? FIRST_EVERY_MS : EVERY_MS, signal);
    }
  }

  async #compare(): Promise<LloomError | undefined> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(LOOK_MS)]);
    const [chain, peers] = await Promise.all([
      this.#blocks.look(signal).catch((thrown: unknown) => {
        this.#options.log.debug({ problem: asLloomError(thrown).message }, "block time cannot be read");
        return undefined;
      }),
      comparePeerClocks(this.#options.host, this.#clock, signal),
    ]);
    if (!this.#stop.signal.aborted) this.#note({ chain, peers });
    return this.#problem;
  }

  #note(evidence: ClockEvidence): void {
    this.#skewMs = seemingSkewMs(evidence);
    const error = clockError(evidence);
    const before = this.#problem;
    const isSilent = evidence.chain === undefined && evidence.peers.length === 0;
    if (error === undefined && (before === undefined || isSilent)) return;
    const problem = error === undefined ? undefined : clockProblem(error);
    const isSame = before !== undefined && problem !== undefined && distanceMs(before, problem) < SAME_MS;
    this.#problem = problem;
    if (!isSame) this.#options.onChange(problem);
  }
}

const distanceMs = (a: LloomError, b: LloomError): number =>
  Math.abs(Number(a.details["errorSeconds"]) - Number(b.details["errorSeconds"])) * 1000;
