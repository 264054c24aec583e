import type { Address } from "@lloom/protocol/commitment-types";
import { mostInboundTokens } from "@lloom/protocol/token-bounds";
import { describe, expect, it } from "vitest";
import { NOW, offer } from "../../../../test/support/tiny-offer.ts";
import { OfferBook } from "./offer-book.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;

const HELLO = mostInboundTokens([{ content: "Hello" }]);
const count = (executor: Address, model: string, inboundTokens: bigint) =>
  ({
    request: { executor, model, maxInboundTokens: HELLO },
    response: { inboundTokens },
  }) as Parameters<OfferBook["noteCount"]>[0];

describe("the offer book", () => {
  it("keeps the newest offer of each executor", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A, { outboundPrice: 40n }, NOW), NOW);
    book.add(offer(A, { outboundPrice: 50n }, NOW + 1), NOW);
    book.add(offer(A, { outboundPrice: 60n }, NOW - 1), NOW);
    book.add(offer(A, { outboundPrice: 70n, offerId: 0n }, NOW + 9_999), NOW);
    expect(book.offers(NOW, "tiny").map((signed) => signed.offer.outboundPrice)).toEqual([50n]);
  });

  it("drops what has expired", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A), NOW);
    expect(book.offers(NOW + 59_999, "tiny").length).toBe(1);
    expect(book.offers(NOW + 60_000, "tiny")).toEqual([]);
    expect(book.models(NOW + 60_000)).toEqual([]);
  });

  it("knows where an executor is by any offer of it that stands", () => {
    const book = new OfferBook(() => 0.5);
    expect(book.anyOfferOf(A, NOW)).toBeUndefined();
    book.add(offer(A, { validUntil: BigInt(NOW / 1000 + 30) }), NOW);
    book.add(offer(A, { model: "large" }), NOW);
    book.add(offer(B), NOW);
    book.setStake(A, 1);
    const modelOf = (executor: Address, nowMs: number) => book.anyOfferOf(executor, nowMs)?.offer.model;
    expect([modelOf(A, NOW), modelOf(A, NOW + 30_000), modelOf(B, NOW + 30_000)]).toEqual(["tiny", "large", "tiny"]);
    expect([modelOf(A, NOW + 60_000), modelOf(B, NOW + 60_000)]).toEqual([undefined, undefined]);
  });

  it("gives every executor the reputation that was told last, known before or not, and none to whom nobody names", () => {
    const book = new OfferBook(() => 0.5);
    const told = { trust: 0.7, grade: "A" } as const;
    const names = () => book.candidates("tiny", NOW).map(({ reputation }) => reputation);
    book.add(offer(A), NOW);
    book.setReputations(new Map([A, B].map((executor) => [executor, told])));
    book.add(offer(B), NOW);
    expect(names()).toEqual([told, told]);
    book.setReputations(new Map());
    expect(names()).toEqual([undefined, undefined]);
  });

  it("names those with a stake that offer something", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A), NOW);
    book.add(offer(B), NOW);
    book.setStake(A, 1);
    book.setStake(B, 0);
    book.note(B, { type: "answered" }, NOW);
    expect(book.staked()).toEqual([A]);
    book.withdraw(A, NOW);
    expect(book.staked()).toEqual([]);
  });

  it.each([0, 1])(
    "holds what it heard of a lost executor for stale until it hears more, with a stake of %i",
    (stake) => {
      const book = new OfferBook(() => 0.5);
      const heard = () => book.candidates("tiny", NOW).map(({ heardAtMs }) => heardAtMs);
      book.add(offer(A), NOW);
      book.setStake(A, stake);
      book.lose(B, NOW);
      expect(heard()).toEqual([NOW]);
      book.lose(A, NOW);
      expect(heard()).toEqual([Number.NEGATIVE_INFINITY]);
      book.add(offer(A, {}, NOW + 1), NOW + 1);
      expect(heard()).toEqual([NOW + 1]);
    },
  );

  it("does not take back what was withdrawn, also after tidying, but a newer offer", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A), NOW);
    book.withdraw(A, NOW + 10);
    book.prune(NOW + 20);
    book.add(offer(A, {}, NOW + 10), NOW + 20);
    expect(book.offers(NOW + 20)).toEqual([]);
    book.add(offer(A, {}, NOW + 11), NOW + 20);
    expect(book.offers(NOW + 20).length).toBe(1);
  });

  it("sums models up by their best terms", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A, { inboundPrice: 10n, outboundPrice: 90n }), NOW);
    book.add(offer(B, { inboundPrice: 20n, outboundPrice: 40n, maxContext: 1024n }), NOW);
    book.add(offer(B, { model: "large" }), NOW);
    expect([book.offers(NOW, "tiny").length, book.offers(NOW, "large").length, book.offers(NOW).length]).toEqual([
      2, 1, 3,
    ]);
    expect(book.models(NOW)).toMatchObject([
      { model: "large", executors: 1, inboundPrice: 10n, outboundPrice: 40n, maxContext: 512n },
      { model: "tiny", executors: 2, inboundPrice: 10n, outboundPrice: 40n, maxContext: 1024n },
    ]);
  });

  it("shows health and requests under way with each candidate, as they are", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A), NOW);
    const [candidate] = book.candidates("tiny", NOW);
    const tracked = book.track(A);
    book.note(A, { type: "failed" }, NOW);
    expect(candidate?.inFlight).toBe(1);
    expect(candidate?.health.failures).toBe(1);
    tracked[Symbol.dispose]();
    expect(candidate?.inFlight).toBe(0);
  });

  it("keeps a bad name while tidying", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A), NOW);
    book.note(A, { type: "cheated" }, NOW);
    book.withdraw(A, NOW);
    book.prune(NOW + 900_000);
    book.add(offer(A, { validUntil: BigInt(NOW / 1000 + 9_999) }, NOW + 900_000), NOW + 900_000);
    expect(book.candidates("tiny", NOW + 900_000)[0]?.health.distrusted).toBe(true);
  });

  it("takes back what was withdrawn by no older word, and not by an earlier withdrawal that comes late", () => {
    const book = new OfferBook(() => 0.5);
    book.withdraw(A, NOW + 10);
    book.withdraw(A, NOW + 5);
    book.add(offer(A, {}, NOW + 8), NOW);
    expect(book.offers(NOW)).toEqual([]);
    book.add(offer(B, {}, 0), NOW);
    expect(book.offers(NOW).length).toBe(1);
  });

  it("replaces an offer by one of the same id that was sent later, or again, and by a newer id however it was sent", () => {
    const book = new OfferBook(() => 0.5);
    const price = () => book.offerOf("tiny", A)?.offer.outboundPrice;
    book.add(offer(A, { outboundPrice: 1n, offerId: 5n }, NOW), NOW);
    book.add(offer(A, { outboundPrice: 2n, offerId: 5n }, NOW), NOW);
    expect(price()).toBe(2n);
    book.add(offer(A, { outboundPrice: 3n, offerId: 5n }, NOW - 1), NOW);
    expect(price()).toBe(2n);
    book.add(offer(A, { outboundPrice: 4n, offerId: 6n }, NOW - 9), NOW);
    expect(price()).toBe(4n);
    expect([book.offerOf("tiny", B), book.offerOf("large", A)]).toEqual([undefined, undefined]);
  });

  it("shows what it knows as it becomes known: stake, silence, time, prices that compare fast", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A, { inboundPrice: 7n }), NOW + 5);
    const [candidate] = book.candidates("tiny", NOW);
    expect(candidate).toMatchObject({
      heardAtMs: NOW + 5,
      inboundPrice: 7,
      outboundPrice: 40,
      stake: undefined,
      silent: 0,
    });
    book.setStake(A, 12);
    const tracked = book.track(A);
    expect([candidate?.stake, candidate?.silent, candidate?.inFlight]).toEqual([12, 1, 1]);
    tracked.hasSpoken();
    tracked.hasSpoken();
    expect([candidate?.silent, candidate?.inFlight]).toEqual([0, 1]);
    tracked[Symbol.dispose]();
    expect([candidate?.silent, candidate?.inFlight]).toEqual([0, 0]);
    book.track(A)[Symbol.dispose]();
    expect([candidate?.silent, candidate?.inFlight]).toEqual([0, 0]);
    expect(book.candidates("large", NOW)).toEqual([]);
  });

  it("keeps the pace of first tokens over all executors", () => {
    const book = new OfferBook(() => 0.5);
    expect(book.pace).toBeUndefined();
    book.note(A, { type: "answered" }, NOW);
    book.note(A, { type: "failed" }, NOW);
    expect(book.pace).toBeUndefined();
    book.note(A, { type: "answered", firstTokenMs: 100 }, NOW);
    book.note(B, { type: "answered", firstTokenMs: 200 }, NOW);
    expect(book.pace).toEqual({ meanMs: 112.5, strayMs: 62.5 });
  });

  it("keeps the pace of silences in answers over all executors", () => {
    const book = new OfferBook(() => 0.5);
    expect(book.gap).toBeUndefined();
    book.note(A, { type: "answered", firstTokenMs: 9 }, NOW);
    expect(book.gap).toBeUndefined();
    book.note(A, { type: "answered", longestGapMs: 100 }, NOW);
    book.note(B, { type: "answered", longestGapMs: 200 }, NOW);
    expect(book.gap).toEqual({ meanMs: 112.5, strayMs: 62.5 });
  });

  it("remembers what each executor has counted of prompts to each model", () => {
    const book = new OfferBook(() => 0.5);
    for (const model of ["tiny", "large"]) book.add(offer(A, { model }), NOW);
    book.add(offer(B), NOW);
    const countedOf = (model: string, executor: Address) =>
      book.candidates(model, NOW).find(({ signed }) => signed.offer.executor === executor)?.counted;
    expect(countedOf("tiny", A)).toBeUndefined();
    book.noteCount(count(A, "tiny", 30n));
    book.noteCount(count(A, "tiny", 20n));
    book.noteCount(count(B, "tiny", 9n));
    expect([countedOf("tiny", A), countedOf("tiny", B), countedOf("large", A)]).toEqual([
      { stated: 25, least: 20 },
      { stated: 4, least: 9 },
      undefined,
    ]);
    for (let index = 0; index < 64; index += 1) book.noteCount(count(A, `model ${index}`, 9n));
    expect([countedOf("tiny", A), countedOf("tiny", B)?.least]).toEqual([undefined, 9]);
  });

  it("names models that somebody offers who may count, so many as are wanted, each once", () => {
    const book = new OfferBook(() => 0.5);
    for (const model of ["a", "b", "c"]) for (const executor of [A, B]) book.add(offer(executor, { model }), NOW);
    book.add(offer(A, { model: "d" }), NOW);
    book.setStake(B, 5);
    const hasStake = ({ stake }: { stake?: number | undefined }): boolean => (stake ?? 0) > 0;
    expect(book.names(NOW).sort()).toEqual(["a", "b", "c", "d"]);
    expect(book.names(NOW, hasStake).sort()).toEqual(["a", "b", "c"]);
    expect([0, 1, 2, 9].map((most) => book.names(NOW, hasStake, most).length)).toEqual([0, 1, 2, 3]);
    expect(book.names(NOW + 60_000)).toEqual([]);
    expect(book.models(NOW).map(({ model, executors }) => [model, executors])).toEqual([
      ["a", 2],
      ["b", 2],
      ["c", 2],
      ["d", 1],
    ]);
  });

  it("counts only models of executors that may count", () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A), NOW);
    book.add(offer(B, { model: "large" }), NOW);
    book.setStake(B, 5);
    const mayCount = ({ stake }: { stake?: number | undefined }): boolean => stake !== undefined;
    expect(book.models(NOW, mayCount).map(({ model }) => model)).toEqual(["large"]);
    expect([book.model("large", NOW, mayCount), book.model("tiny", NOW, mayCount)]).toMatchObject([
      { model: "large", executors: 1, inboundPrice: 10n, outboundPrice: 40n, maxContext: 512n },
      undefined,
    ]);
    expect(book.model("large", NOW + 60_000, mayCount)).toBeUndefined();
  });
});
