import type { Address, Hex, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { Chain } from "../chain/chain.ts";
import { isJuror, readSeat } from "../chain/disputes/jury.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../chain/disputes/measured-court.ts";
import { isOpen, type MeasuredDispute, readDisputeAbout, readMeasured } from "../chain/disputes/measured-disputes.ts";
import { LloomError } from "../errors.ts";
import { BoundedMap } from "../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock } from "../primitives/clock.ts";
import { TokenBucket } from "../primitives/token-bucket.ts";

/** How long an answer of the chain is good for: a draw or an end is seen that much later. */
const MEMORY_MS = 5_000;
const REMEMBERED = 4_096;
/** Whoever has a key can ask: what their questions may cost the chain's server. */
const READS = { perSecond: 10, burst: 60 } as const;

interface Remembered<Value> {
  readonly value: Promise<Value>;
  readonly untilMs: number;
}

/** Who judges an answer, by what the chain says; read when somebody asks, and remembered for a moment. */
export class CourtView {
  readonly #chain: Chain;
  readonly #steady: SteadyClock;
  readonly #known = new BoundedMap<string, Remembered<unknown>>({ most: REMEMBERED });
  readonly #reads = new TokenBucket(READS);
  #court: Promise<MeasuredCourt | undefined> | undefined;

  constructor(chain: Chain, steady: SteadyClock = steadyClock) {
    this.#chain = chain;
    this.#steady = steady;
  }

  /**
   * Whether an account has complained of the answer to a request, or was drawn to judge it, and the dispute is open. Throws
   * RATE_LIMITED, and what the chain throws.
   */
  async concerns(request: RequestCommitment, account: Address): Promise<boolean> {
    const court = await this.#open();
    if (court === undefined) return false;
    const found = await this.#caseAbout(court, request);
    if (found === undefined || !isOpen(found)) return false;
    return found.challenger === account || (await this.#isJuror(court, found.id, account));
  }

  #open(): Promise<MeasuredCourt | undefined> {
    if (this.#court !== undefined) return this.#court;
    const opening = openMeasuredCourt(this.#chain);
    this.#court = opening;
    opening.catch(() => {
      this.#court = undefined;
    });
    return opening;
  }

  #caseAbout(court: MeasuredCourt, request: RequestCommitment): Promise<MeasuredDispute | undefined> {
    const { client, executor, lane, nonce } = request;
    return this.#read(`${client}/${executor}/${lane}/${nonce}`, async () => {
      const id = await readDisputeAbout(this.#chain, court, request);
      return id === undefined ? undefined : readMeasured(this.#chain, court, id);
    });
  }

  #isJuror(court: MeasuredCourt, id: Hex, juror: Address): Promise<boolean> {
    return this.#read(`${id}/${juror}`, async () => isJuror(await readSeat(this.#chain, court, { id, juror })));
  }

  #read<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > this.#steady()) return known.value as Promise<Value>;
    if (!this.#reads.take()) throw new LloomError("RATE_LIMITED", "Too many ask for evidence just now.");
    const value = work();
    this.#known.set(key, { value, untilMs: this.#steady() + MEMORY_MS });
    value.catch(() => this.#known.delete(key));
    return value;
  }
}
