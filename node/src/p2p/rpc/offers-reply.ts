import { type SignedOffer, WIRE_LIMITS } from "@lloom/protocol/messages";
import { encodeOffersReply } from "@lloom/protocol/wire";
import { asLloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock } from "../../primitives/clock.ts";
import type { OffersWanted } from "./offers-wanted.ts";

/** An answer with so many offers takes milliseconds to make; one with fewer is made anew each time. */
const WORTH_KEEPING = 16;
/** How long an answer is told again. */
const KEPT_MS = 500;
/** Answers that are kept: one for each model or executor that is asked for, each of a megabyte at most. */
const MOST_KEPT = 16;

interface Kept {
  readonly bytes: Uint8Array;
  readonly untilMs: number;
}

/** Encoded answers to who asks for offers: however many ask, a long one is made twice a second at most. */
export class OffersReplies {
  readonly #offers: (wanted: OffersWanted) => readonly SignedOffer[];
  readonly #steady: SteadyClock;
  readonly #kept = new BoundedMap<string, Kept>({ most: MOST_KEPT });

  constructor(offers: (wanted: OffersWanted) => readonly SignedOffer[], steady: SteadyClock = steadyClock) {
    this.#offers = offers;
    this.#steady = steady;
  }

  reply(wanted: OffersWanted): Uint8Array {
    const name = JSON.stringify([wanted.model, wanted.executor]);
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.untilMs > this.#steady()) return kept.bytes;
    const offers = this.#offers(wanted).slice(0, WIRE_LIMITS.offers);
    const bytes = encodeFitting(offers);
    if (offers.length >= WORTH_KEEPING) this.#kept.set(name, { bytes, untilMs: this.#steady() + KEPT_MS });
    return bytes;
  }
}

/** As many offers as a message holds: the first, then half of them, and so on. */
function encodeFitting(offers: readonly SignedOffer[]): Uint8Array {
  try {
    return encodeOffersReply({ offers: [...offers] });
  } catch (thrown) {
    if (asLloomError(thrown, "FRAME_INVALID").code !== "FRAME_TOO_LARGE" || offers.length < 2) throw thrown;
    return encodeFitting(offers.slice(0, offers.length / 2));
  }
}
