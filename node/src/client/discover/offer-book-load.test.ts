import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { describe, expect, it } from "vitest";
import { OfferBook } from "./offer-book.ts";

const NOW = 1_800_000_000_000;
const A: Address = `0x${"aa".repeat(20)}`;

const offer = (executor: Address, change: Partial<SignedOffer["offer"]> = {}, sentAt = NOW): SignedOffer => ({
  offer: {
    executor,
    offerId: 1n,
    model: "tiny",
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
    inboundPrice: 10n,
    outboundPrice: 40n,
    maxContext: 512n,
    validUntil: BigInt(NOW / 1000 + 60),
    ...change,
  },
  signature: { r: ZERO_HASH, vs: ZERO_HASH },
  multiaddrs: [],
  capacity: 1,
  load: 0,
  sentAt,
});

describe("the offer book", () => {
  it("takes 50 000 offers of one key, and of as many keys, without holding up the node", () => {
    const book = new OfferBook();
    let longestMs = 0;
    const timed = (work: () => void): void => {
      const startedMs = performance.now();
      work();
      longestMs = Math.max(longestMs, performance.now() - startedMs);
    };
    for (let index = 0; index < 50_000; index += 1) {
      timed(() => book.add(offer(A, { model: `model ${index}` }), NOW));
      timed(() => book.add(offer(`0x${index.toString(16).padStart(40, "0")}`), NOW));
    }
    timed(() => book.models(NOW));
    timed(() => book.prune(NOW + 60_000));
    // What is asserted is a size; the time is for who reads: 1 028 offers are summed up in about 2 ms.
    console.info(`longest step ${longestMs.toFixed(1)} ms`);
    expect(book.offers(NOW).length).toBeLessThanOrEqual(1024 + 64);
  });
});
