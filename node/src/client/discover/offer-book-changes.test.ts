import { getEventListeners } from "node:events";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { hashProfile, profileText } from "@lloom/protocol/profile";
import { describe, expect, it, vi } from "vitest";
import { NOW, offer } from "../../../../test/support/tiny-offer.ts";
import { OfferBook } from "./offer-book.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;

describe("tidying the offer book", () => {
  /** Whether the book still knows what happened, after tidying so much later. */
  const remembers = (act: (book: OfferBook) => void, laterMs: number): boolean => {
    const book = new OfferBook(() => 0.5);
    act(book);
    book.prune(NOW + laterMs);
    book.add(offer(A, { validUntil: BigInt(NOW / 1000 + 9_999_999) }, NOW), NOW);
    const [candidate] = book.candidates("tiny", NOW);
    return (
      candidate === undefined ||
      candidate.health.answers > 0 ||
      candidate.health.failures > 0 ||
      candidate.stake !== undefined
    );
  };

  it("remembers a withdrawal for ten minutes, a bad name while it is avoided, an answer for ever", () => {
    const withdrawal = (book: OfferBook): void => book.withdraw(A, NOW);
    expect([600_000, 600_001].map((ms) => remembers(withdrawal, ms))).toEqual([true, false]);
    const failure = (book: OfferBook): void => book.note(A, { type: "failed" }, NOW);
    expect([4_999, 5_000].map((ms) => remembers(failure, ms))).toEqual([true, false]);
    const answer = (book: OfferBook): void => book.note(A, { type: "answered" }, NOW);
    expect(remembers(answer, 10 ** 12)).toBe(true);
    expect(remembers((book) => book.setStake(A, 5), 10 ** 12)).toBe(false);
  });

  it("forgets nobody with whom somebody is at work, and nobody whose offer stands", () => {
    const book = new OfferBook(() => 0.5);
    const tracked = book.track(A);
    book.prune(NOW);
    book.add(offer(A), NOW);
    expect(book.candidates("tiny", NOW)[0]?.inFlight).toBe(1);
    tracked[Symbol.dispose]();
    book.setStake(A, 7);
    book.prune(NOW);
    expect(book.candidates("tiny", NOW)[0]?.stake).toBe(7);
    book.prune(NOW + 60_000);
    expect(book.offerOf("tiny", A)).toBeUndefined();
  });
});

describe("what is known of whoever offers", () => {
  const known = (book: OfferBook) => book.candidates("tiny", NOW)[0];

  it("is the chain's latest word, also if that changes in one thing only", async () => {
    const book = new OfferBook(() => 0.5);
    book.add(offer(A), NOW);
    expect(known(book)?.hasCheated).toBe(false);
    book.setStake(A, 9);
    expect(known(book)?.hasCheated).toBe(false);
    const waits = [book.change(new AbortController().signal)];
    book.setStake(A, 9, true);
    expect(known(book)?.hasCheated).toBe(true);
    expect(await wokenOf(waits)).toBe(1);
    book.setStake(A, 9);
    expect(known(book)?.hasCheated).toBe(false);
  });

  it("is the vocabulary of its profile, however often it is asked for", () => {
    const vocabulary: Hex = `0x${"5e".repeat(32)}`;
    const profile = profileText({ backend: "llama.cpp", maxContext: 8_192, evidence: "text", vocabulary });
    const book = new OfferBook(() => 0.5);
    book.add({ ...offer(A, { profileHash: hashProfile(profile) }), profile }, NOW);
    expect([1, 2].map(() => known(book)?.vocabulary)).toEqual([vocabulary, vocabulary]);
    book.add(offer(B), NOW);
    expect(book.candidates("tiny", NOW).find(({ signed }) => signed.offer.executor === B)?.vocabulary).toBeUndefined();
  });

  it.each<["features" | "conversations" | "precision" | "showsTrace", unknown, unknown]>([
    ["features", ["tools"], undefined],
    ["conversations", false, undefined],
    ["precision", "F16", undefined],
    ["showsTrace", true, false],
  ])("is its profile's word on %s: %s, and %s without a profile", (name, said, unsaid) => {
    const profile = profileText({
      ...{ backend: "llama.cpp", maxContext: 8_192, evidence: "trace", precision: "F16" },
      ...{ features: ["tools"], conversations: false },
    });
    for (const [signed, expected] of [
      [{ ...offer(A, { profileHash: hashProfile(profile) }), profile }, said],
      [offer(A), unsaid],
    ] as const) {
      const book = new OfferBook(() => 0.5);
      book.add(signed, NOW);
      expect([1, 2].map(() => known(book)?.[name])).toEqual([expected, expected]);
    }
  });
});

/** How many of those who wait for a change have been woken, as soon as everything that runs at once has run. */
const wokenOf = async (waits: readonly Promise<void>[]): Promise<number> => {
  let woken = 0;
  for (const wait of waits) void wait.then(() => void woken++);
  await new Promise((resolve) => setImmediate(resolve));
  return woken;
};

describe("waiting for a change of the offer book", () => {
  it.each<[string, (book: OfferBook, tracked: ReturnType<OfferBook["track"]>) => void]>([
    ["an offer", (book) => book.add(offer(A), NOW)],
    ["a stake", (book) => book.setStake(A, 9)],
    ["a reputation", (book) => book.setReputations(new Map())],
    ["an end", (book) => book.note(A, { type: "failed" }, NOW)],
    ["a first text", (_, tracked) => tracked.hasSpoken()],
  ])("wakes everybody who waits at %s, once", async (_, act) => {
    const book = new OfferBook(() => 0.5);
    const tracked = book.track(A);
    const stop = new AbortController();
    const waits = [1, 2].map(() => book.change(stop.signal));
    expect(await wokenOf(waits)).toBe(0);
    act(book, tracked);
    expect(await wokenOf(waits)).toBe(2);
  });

  it("wakes nobody for what was known, and who waits when its time is over, at once if it is over already", async () => {
    const book = new OfferBook(() => 0.5);
    book.setStake(A, 9);
    const stop = new AbortController();
    const waits = [book.change(stop.signal)];
    book.setStake(A, 9);
    book.add(offer(A, { offerId: 0n }, -5), NOW);
    expect(await wokenOf(waits)).toBe(0);
    stop.abort();
    expect(await wokenOf(waits)).toBe(1);
    expect(await wokenOf([book.change(stop.signal)])).toBe(1);
  });

  it("is done with who was woken, and leaves nothing at a signal that lives longer", async () => {
    const book = new OfferBook(() => 0.5);
    const { signal } = new AbortController();
    const letGo = vi.spyOn(signal, "removeEventListener");
    const waits = [book.change(signal)];
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    book.setStake(A, 1);
    expect(await wokenOf(waits)).toBe(1);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    book.setStake(A, 2);
    expect(letGo).toHaveBeenCalledTimes(1);
  });
});
