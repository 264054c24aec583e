import type { Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import { type Clock, type SteadyClock, steadyClock } from "../../primitives/clock.ts";

export interface OwnRunOptions {
  readonly clock: Clock;
  readonly steady?: SteadyClock;
  /** The machine's clock jumped: everything that was offered before is off. */
  readonly onJump: (jumpMs: number) => void;
}

/** An offer that was made here, with the requests that accepted it. */
interface MadeOffer {
  readonly untilMs: number;
  readonly taken: Set<Hex>;
}

/** How long after its end an offer is still accepted, for clients whose clock is slow. */
const GRACE_MS = 30_000;
/** For so long after its end an own offer is known as one, if others' clocks are slow. */
const REMEMBER_MS = 600_000;
/** A wall clock that moves by more against the steady one was set, or the machine slept or was restored. */
const JUMP_MS = 10_000;

/**
 * What this very process has promised, in memory alone. A request names the offer that it accepts, inside what the client
 * signed; it is taken only if this process made that offer, and only once. So whatever becomes of the log, and however many
 * processes have the key, no request is ever answered by two of them: see "The executor's memory" in ARCHITECTURE.md.
 */
export class OwnRun {
  readonly #options: OwnRunOptions;
  readonly #steady: SteadyClock;
  readonly #offers = new Map<Hex, MadeOffer>();
  /** Until when others may still hold an own offer; kept when what it promised is off. */
  readonly #made = new Map<Hex, number>();
  /** When the first of both ends; until then there is nothing to drop, and every answer looks several times. */
  #firstEndMs = Number.POSITIVE_INFINITY;
  #aheadMs: number;
  #epoch = 0;
  #ended: LloomError | undefined;

  constructor(options: OwnRunOptions) {
    this.#options = options;
    this.#steady = options.steady ?? steadyClock;
    this.#aheadMs = options.clock() - this.#steady();
  }

  /** Why nothing may be signed any more, if that is so. */
  get ended(): LloomError | undefined {
    return this.#ended;
  }

  /** Changes when what was admitted before must not be signed any more. */
  get epoch(): number {
    this.#look();
    return this.#epoch;
  }

  /** Nothing more is taken or signed. */
  end(problem: LloomError): void {
    this.#ended ??= problem;
    this.#forget();
  }

  /** An offer is about to be signed: requests that accept it will be taken, unless the run has ended. */
  noteOffer(offerHash: Hex, validForMs: number): void {
    this.#look();
    const endMs = this.#steady() + validForMs;
    const untilMs = endMs + GRACE_MS;
    this.#made.set(offerHash, endMs + REMEMBER_MS);
    this.#firstEndMs = Math.min(this.#firstEndMs, untilMs);
    if (this.#ended !== undefined) return;
    this.#offers.set(offerHash, { untilMs, taken: new Set() });
  }

  /** Whether this process made the offer, as long as anybody may hold it. */
  made(offerHash: Hex): boolean {
    return this.#made.has(offerHash);
  }

  /** Whether this process made the offer and still stands by it. */
  stands(offerHash: Hex): boolean {
    this.#look();
    return this.#offers.has(offerHash);
  }

  /** Takes a request that accepts the offer: true once for each request, and never for an offer that does not stand. */
  take(offerHash: Hex, requestHash: Hex): boolean {
    this.#look();
    const offer = this.#offers.get(offerHash);
    if (offer === undefined || offer.taken.has(requestHash)) return false;
    offer.taken.add(requestHash);
    return true;
  }

  /** Throws if an answer to what was admitted in that epoch must not be signed. */
  checkMaySign(epoch: number): void {
    if (this.epoch === epoch) return;
    throw this.#ended ?? new LloomError("INTERNAL", "This machine's clock jumped; what ran before is not signed.");
  }

  /** Looks at both clocks, and drops the offers that have ended. */
  #look(): void {
    const nowMs = this.#steady();
    const aheadMs = this.#options.clock() - nowMs;
    const jumpMs = aheadMs - this.#aheadMs;
    this.#aheadMs = aheadMs;
    if (Math.abs(jumpMs) > JUMP_MS) {
      this.#forget();
      this.#options.onJump(jumpMs);
    }
    if (this.#firstEndMs < nowMs) this.#drop(nowMs);
  }

  #drop(nowMs: number): void {
    for (const [offerHash, { untilMs }] of this.#offers) if (untilMs < nowMs) this.#offers.delete(offerHash);
    for (const [offerHash, untilMs] of this.#made) if (untilMs < nowMs) this.#made.delete(offerHash);
    const ends = [...this.#made.values(), ...[...this.#offers.values()].map(({ untilMs }) => untilMs)];
    this.#firstEndMs = ends.reduce((first, end) => Math.min(first, end), Number.POSITIVE_INFINITY);
  }

  #forget(): void {
    this.#epoch += 1;
    this.#offers.clear();
  }
}
