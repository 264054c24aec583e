import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { type Chance, chooseExecutor } from "../../../node/src/client/choose/choose.ts";
import { OfferBook } from "../../../node/src/client/discover/offer-book.ts";
import { DEFAULTS } from "../../../node/src/defaults.ts";
import { seeded } from "../../../protocol/test/seeded.ts";
import { FIRST_NEED } from "./bench-clients.ts";
import { MODEL } from "./worker-words.ts";

const OFFERS = 10_000;
const NOW = 1_800_000_000_000;
const CHOICES = 500;
/** Each choice is made so often, and its quickest time counts: what else the machine does in between is not the choice's. */
const TIMES = 3;
/** One choice of so many is for a question whose first executor has failed. */
const SECOND_TRIES = 10;

/**
 * Milliseconds of choices among 10 000 offers of one model, by a client that one executor in ten has answered, as they come:
 * the book's candidates of that moment, and the choice. With the seed the same every time.
 */
export function choices(seed = 7): number[] {
  const random = seeded(seed);
  const book = filledBook(random.below);
  const tried = new Set<Address>([addressOf(OFFERS)]);
  const share = (): number => random.below(1 << 20) / (1 << 20);
  const best = new Array<number>(CHOICES).fill(Number.POSITIVE_INFINITY);
  const chance: Chance = { nowMs: NOW, exploration: DEFAULTS.exploration, random: share };
  const choose = (number: number): void => {
    const need = number % SECOND_TRIES === 0 ? { ...FIRST_NEED, tried } : FIRST_NEED;
    const choice = chooseExecutor(book.candidates(MODEL, NOW), need, chance);
    if (typeof choice === "string") throw new Error(`Nobody was chosen: ${choice}.`);
  };
  for (let time = 0; time <= TIMES; time += 1)
    for (let number = 0; number < CHOICES; number += 1) {
      const startedMs = performance.now();
      choose(number);
      // The first round is for the compiler.
      if (time > 0) best[number] = Math.min(best[number] ?? 0, performance.now() - startedMs);
    }
  return best;
}

const addressOf = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;

function filledBook(below: (most: number) => number): OfferBook {
  const book = new OfferBook(() => 0.5);
  for (let index = 0; index < OFFERS; index += 1) {
    const executor = addressOf(index);
    const [inboundPrice, outboundPrice] = [BigInt(50 + below(200)), BigInt(100 + below(500))];
    const offer = {
      ...{ executor, offerId: 1n, model: MODEL, weightsHash: ZERO_HASH, profileHash: ZERO_HASH },
      ...{ inboundPrice, outboundPrice, maxContext: 4096n, validUntil: BigInt(NOW / 1000 + 60) },
    };
    const signature = { r: ZERO_HASH, vs: ZERO_HASH };
    book.setStake(executor, 100_000_000 + below(100_000_000));
    book.add({ offer, signature, multiaddrs: [], capacity: 4, load: 0, sentAt: NOW }, NOW - below(8_000));
    if (below(10) > 0) continue;
    const hasFailed = below(5) === 0;
    book.note(executor, hasFailed ? { type: "failed" } : { type: "answered", firstTokenMs: below(900) }, NOW);
  }
  return book;
}
