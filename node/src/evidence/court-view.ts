import type { Address, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { Chain } from "../chain/chain.ts";
import { readAllJurors } from "../chain/disputes/jury.ts";
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

/** What the chain says about an answer. */
interface Case {
  /** `undefined` without a dispute about it. */
  readonly dispute: MeasuredDispute | undefined;
  /** Whoever was drawn for one of its panels. */
  readonly jurors: ReadonlySet<Address>;
}

/**
 * Who judges an answer, by what the chain says; read when somebody asks, and remembered for a moment. It is read for an answer and not
 * for whoever asks, and what is known to be in dispute is read out of a share of its own: so strangers, however many, keep no juror out.
 */
export class CourtView {
  readonly #chain: Chain;
  readonly #steady: SteadyClock;
  readonly #known = new BoundedMap<string, Remembered<Case>>({ most: REMEMBERED });
  /** Answers that were in dispute when they were last looked at. */
  readonly #disputed = new BoundedMap<string, true>({ most: REMEMBERED });
  readonly #reads = new TokenBucket(READS);
  readonly #disputedReads = new TokenBucket(READS);
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
    const { dispute, jurors } = await this.#caseAbout(court, request);
    if (dispute === undefined || !isOpen(dispute)) return false;
    return dispute.challenger === account || jurors.has(account);
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

  #caseAbout(court: MeasuredCourt, request: RequestCommitment): Promise<Case> {
    const { client, executor, lane, nonce } = request;
    const key = `${client}/${executor}/${lane}/${nonce}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > this.#steady()) return known.value;
    const reads = this.#disputed.has(key) ? this.#disputedReads : this.#reads;
    if (!reads.take()) throw new LloomError("RATE_LIMITED", "Too many ask for evidence just now.");
    const value = this.#readCase(court, request);
    this.#known.set(key, { value, untilMs: this.#steady() + MEMORY_MS });
    value.then(
      ({ dispute }) => {
        if (dispute !== undefined && isOpen(dispute)) this.#disputed.set(key, true);
        else this.#disputed.delete(key);
      },
      () => this.#known.delete(key),
    );
    return value;
  }

  async #readCase(court: MeasuredCourt, request: RequestCommitment): Promise<Case> {
    const id = await readDisputeAbout(this.#chain, court, request);
    if (id === undefined) return { dispute: undefined, jurors: new Set() };
    const dispute = await readMeasured(this.#chain, court, id);
    return { dispute, jurors: isOpen(dispute) ? await readAllJurors(this.#chain, court, id) : new Set() };
  }
}
