import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { NOW, offer } from "../../../../test/support/tiny-offer.ts";
import { OfferBook } from "./offer-book.ts";

const A: Address = `0x${"aa".repeat(20)}`;

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

  it("is asked for one model, or for some model, without a look at the rest, however many keys fill it", () => {
    const book = new OfferBook();
    for (let index = 0; index < 1000; index += 1)
      for (const model of ["a", "b", "c", "d"])
        book.add(offer(`0x${index.toString(16).padStart(40, "0")}`, { model: `${model} ${index}` }), NOW);
    book.add(offer(A), NOW);
    let looks = 0;
    const mayCount = (): boolean => {
      looks += 1;
      return true;
    };
    expect(book.model("tiny", NOW, mayCount)).toMatchObject({ model: "tiny", executors: 1, maxContext: 512n });
    expect(looks).toBe(1);
    expect(book.names(NOW, mayCount, 5)).toHaveLength(5);
    expect(looks).toBe(6);
    expect(book.model("nobody's", NOW)).toBeUndefined();
    expect(book.names(NOW)).toHaveLength(4001);
    const startedMs = performance.now();
    for (let times = 0; times < 1000; times += 1) book.model("tiny", NOW);
    // For who reads; summing up the whole book took 4.7 ms.
    console.info(`one of 4 001 models: ${((performance.now() - startedMs) / 1000).toFixed(4)} ms`);
  });
});
