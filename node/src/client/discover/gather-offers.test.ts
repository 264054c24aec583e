import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { describe, expect, it } from "vitest";
import { type GatherParts, gatherOffers } from "./gather-offers.ts";
import { OfferBook } from "./offer-book.ts";

const NOW = 1_800_000_000_000;
const never = new AbortController().signal;

const offer = (index: number, model = "tiny"): SignedOffer => ({
  offer: {
    executor: `0x${index.toString(16).padStart(40, "0")}` as Address,
    offerId: 1n,
    model,
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
    inboundPrice: 100n,
    outboundPrice: 100n,
    maxContext: 4096n,
    validUntil: 4_000_000_000n,
  },
  signature: { r: ZERO_HASH, vs: ZERO_HASH },
  multiaddrs: [],
  capacity: 1,
  load: 0,
  sentAt: NOW,
});

/** A search whose survey ends when the test says so. */
function stage() {
  const book = new OfferBook();
  const surveyed = Promise.withResolvers<void>();
  const surveys: boolean[] = [];
  const searched = Promise.withResolvers<void>();
  const parts: GatherParts = {
    book,
    discover: () => searched.promise,
    survey: (_, { again }) => {
      surveys.push(again);
      return surveyed.promise;
    },
    learnStake: async () => undefined,
    settings: { clock: () => NOW, offerWaitMs: 60_000 },
  };
  let isDone = false;
  const gather = (signal = never, executor?: Address): Promise<void> =>
    gatherOffers(parts, { model: "tiny", executor }, signal).finally(() => {
      isDone = true;
    });
  return { book, surveyed, surveys, searched, gather, isDone: () => isDone };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("gathering offers", () => {
  it("does not end with the first offer, but when the validators have told theirs", async () => {
    const { book, surveyed, surveys, gather, isDone } = stage();
    const gathered = gather();
    book.add(offer(1), NOW);
    await turn();
    expect(surveys).toEqual([true]);
    expect(isDone()).toBe(false);
    book.add(offer(2), NOW);
    surveyed.resolve();
    await gathered;
    expect(book.candidates("tiny", NOW)).toHaveLength(2);
  });

  it("waits for the executor that is named, also when all others have told what they offer", async () => {
    const { book, surveyed, searched, gather, isDone } = stage();
    surveyed.resolve();
    book.add(offer(1), NOW);
    const wanted = offer(2);
    const gathered = gather(never, wanted.offer.executor);
    searched.resolve();
    await turn();
    expect(isDone()).toBe(false);
    book.add(wanted, NOW);
    await gathered;
  });

  it("asks them also when an offer is known already, once", async () => {
    const { book, surveyed, surveys, gather } = stage();
    book.add(offer(1), NOW);
    surveyed.resolve();
    await gather();
    expect(surveys).toEqual([false]);
  });

  it("ends when the whole network offers other models only", async () => {
    const { book, surveys, searched, gather } = stage();
    book.add(offer(1, "another"), NOW);
    searched.resolve();
    await gather();
    expect(surveys).toEqual([]);
  });

  it("ends when the caller cancels, before the first offer and after it", async () => {
    const before = stage();
    await expect(before.gather(AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
    const after = stage();
    after.book.add(offer(1), NOW);
    const stop = new AbortController();
    const gathered = after.gather(stop.signal);
    stop.abort();
    await expect(gathered).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
