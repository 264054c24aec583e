import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { Health } from "@lloom/protocol/observed/sheets";
import { SHEET_LIMITS, SHEETS } from "@lloom/protocol/observed/sheets";
import { describe, expect, it } from "vitest";
import type { Sample } from "../store/observer/sample-log.ts";
import { CallTurns } from "./call-turns.ts";
import { changedTerms, hashOfModel } from "./changed-terms.ts";
import { firstResponseMs, healthOf } from "./health.ts";
import { type HeardOffer, HeardOffers } from "./heard-offers.ts";
import { bookOf, executorsOf, modelsOf, pricesOf, type Seen } from "./sheet-contents.ts";

const HASH: Hex = `0x${"11".repeat(32)}`;
const executor = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;
const [A, B, C] = [executor(1), executor(2), executor(3)];

function signed(by: Address, model: string, price: bigint, change: Partial<SignedOffer> = {}): SignedOffer {
  const prices = { inboundPrice: price, outboundPrice: 4n * price, maxContext: 2_048n };
  return {
    offer: { executor: by, model, offerId: 1n, weightsHash: HASH, profileHash: HASH, validUntil: 100n, ...prices },
    signature: { r: HASH, vs: HASH },
    ...{ multiaddrs: [], capacity: 4, load: 1, sentAt: 5 },
    ...change,
  };
}

const heard = (by: Address, model: string, price: bigint): HeardOffer => ({
  signed: signed(by, model, price),
  heardAtMs: 5_000,
});

const health = (isUp: boolean, connectMs: number | null = 1, responseMs: number | null = 2): Health => ({
  ...{ isUp, sampledAt: 7, connectMs, responseMs, dayCalls: 2, dayUptime: 0.5, weekCalls: 2, weekUptime: 0.5 },
});

const seen = (offers: readonly HeardOffer[], of: Readonly<Record<Address, Health>> = {}): Seen => ({
  offers,
  healthOf: (by) => of[by],
});

describe("how an executor answered", () => {
  const call = (atMs: number, responseMs?: number): Sample => ({
    ...{ executor: A, atMs },
    answered: responseMs === undefined ? undefined : { connectMs: 1, responseMs },
  });

  it("is told by medians of what was answered, and shares of all calls", () => {
    const week = [{ hourMs: 0, calls: 7, answered: 6, connectMs: 1, responseMs: 1 }];
    expect(healthOf([call(1_000, 10), call(2_000), call(3_900, 31)], week)).toEqual({
      ...{ isUp: true, sampledAt: 3, connectMs: 1, responseMs: 20.5 },
      ...{ dayCalls: 3, dayUptime: 0.666667, weekCalls: 7, weekUptime: 0.857143 },
    });
    expect(healthOf([call(1, 10), call(2)], week)?.isUp).toBe(false);
  });

  it("is nothing where nothing was measured, and never zero", () => {
    expect(healthOf([], [])).toBeUndefined();
    const silent = healthOf([call(1)], []);
    expect(silent).toMatchObject({ isUp: false, connectMs: null, responseMs: null, dayUptime: 0, weekUptime: null });
    expect(firstResponseMs(silent)).toBeUndefined();
    expect(firstResponseMs(health(true, 1.25, 2))).toBe(3.3);
  });
});

describe("offers that were heard", () => {
  it("are the newest of each executor for each model, until they end or are withdrawn", () => {
    const offers = new HeardOffers();
    offers.add(signed(A, "a", 1n), 1);
    offers.add(signed(A, "a", 2n, { sentAt: 4 }), 2);
    offers.add(signed(A, "b", 3n), 3);
    offers.add(signed(B, "a", 4n), 4);
    expect(offers.list(0).map((one) => one.signed.offer.inboundPrice)).toEqual([1n, 3n, 4n]);
    expect(offers.list(0, B)).toHaveLength(1);
    expect([offers.list(100_000).length, offers.list(100_001).length, offers.size]).toEqual([3, 0, 3]);
    offers.remove(A);
    expect([offers.executors(), offers.size]).toEqual([[B], 1]);
    offers.prune(100_001);
    expect(offers.size).toBe(0);
  });

  it("are of a bounded number of models, the longest unheard go", () => {
    const offers = new HeardOffers();
    for (let model = 0; model < 70; model += 1) offers.add(signed(A, `m${model}`, 1n), model);
    expect(offers.size).toBe(64);
    expect(offers.list(0).some((one) => one.signed.offer.model === "m5")).toBe(false);
  });
});

describe("turns", () => {
  it("call everybody new at once, then each after a drawn time, whoever waits longest first", () => {
    const turns = new CallTurns({ everyMs: 100, random: () => 0.5 });
    expect(turns.waitMs(0)).toBe(Number.POSITIVE_INFINITY);
    turns.add(A, 0);
    turns.add(B, 10);
    expect([turns.take(20), turns.take(20), turns.take(20)]).toEqual([A, B, undefined]);
    expect(turns.waitMs(1_000_000)).toBe(Number.POSITIVE_INFINITY);
    turns.over(B, 25);
    turns.over(A, 20);
    turns.add(A, 30);
    expect(turns.waitMs(30)).toBe(90);
    turns.remove(A);
    turns.over(A, 30);
    expect([turns.take(124), turns.take(125)]).toEqual([undefined, B]);
    const early = new CallTurns({ everyMs: 100, random: () => 0 });
    early.add(A, 0);
    expect(early.take(0)).toBe(A);
    early.over(A, 0);
    expect(early.waitMs(0)).toBe(75);
  });
});

describe("changed terms", () => {
  it("are new prices, new models, and models that are offered no more", () => {
    const first = changedTerms([], [heard(A, "a", 1n), heard(A, "b", 1n)], 10);
    expect(first.map(({ model, atMs, terms }) => [model, atMs, terms?.inboundPrice, terms?.evidence])).toEqual([
      ["a", 10, 1n, "text"],
      ["b", 10, 1n, "text"],
    ]);
    const second = changedTerms(first, [heard(A, "a", 1n), heard(A, "b", 2n), heard(A, "c", 3n)], 20);
    expect(second.map(({ model }) => model)).toEqual(["b", "c"]);
    const gone = changedTerms(first, [heard(A, "b", 1n)], 30);
    expect(gone).toMatchObject([{ model: "a", modelHash: hashOfModel("a"), atMs: 30, terms: undefined }]);
    expect(changedTerms(gone, [], 40)).toEqual([]);
  });
});

describe("a sheet", () => {
  const offers = [heard(A, "a", 3n), heard(B, "a", 1n), heard(C, "a", 2n), heard(A, "b", 9n)];

  it("of offers has the cheapest first, of one model if that is wanted, each as its executor signed it", () => {
    const book = bookOf(seen(offers, { [B]: health(true) }), hashOfModel("a"));
    expect(book.offers.map(({ offer, health: of }) => [offer.executor, offer.inboundPrice, of?.isUp])).toEqual([
      [B, "1", true],
      [C, "2", undefined],
      [A, "3", undefined],
    ]);
    expect(SHEETS.book.parse(book).offers[0]).toMatchObject({
      ...{ signature: { r: HASH, vs: HASH }, heardAt: 5, capacity: 4, load: 1, evidence: "text" },
      offer: { maxContext: 2_048n, validUntil: 100n },
    });
    expect(bookOf(seen(offers), undefined).offers).toHaveLength(4);
  });

  it("of models names the cheapest of those that answer, and no price where nobody does", () => {
    const { models } = modelsOf(seen(offers, { [A]: health(true, 2, 8), [B]: health(false), [C]: health(true, 1, 1) }));
    expect(
      models.map(({ model, executors, up, cheapest, firstResponseMs: ms }) => [
        ...[model, executors, up, cheapest?.executor, ms],
      ]),
    ).toEqual([
      ["a", 3, 2, C, 6],
      ["b", 1, 1, A, 10],
    ]);
    const nobody = modelsOf(seen(offers)).models[0];
    expect(nobody).toMatchObject({ executors: 3, up: 0, cheapest: null, firstResponseMs: null });
  });

  it("of executors has those too that offer nothing now", () => {
    const silent = executor(9);
    const { executors } = executorsOf(seen(offers, { [silent]: health(false) }), [A, silent]);
    expect(executors.map(({ executor: by, models, cheapest }) => [by, models, cheapest?.model])).toEqual([
      [A, 2, "a"],
      [B, 1, "a"],
      [C, 1, "a"],
      [silent, 0, undefined],
    ]);
  });

  it("of prices goes from old to new and counts what it left out", () => {
    const newest = changedTerms([], [heard(A, "a", 1n)], 2_000);
    const ended = newest.map((change) => ({ ...change, atMs: 9_000, terms: undefined }));
    expect(pricesOf(HASH, [...ended, ...newest], 5)).toMatchObject({
      ...{
        left: 3,
        changes: [
          { at: 2, terms: { inboundPrice: "1" } },
          { at: 9, terms: null },
        ],
      },
    });
  });

  it("holds a bounded number of rows, and says how many are left", () => {
    const many = Array.from({ length: SHEET_LIMITS.offers + 3 }, (_, index) => heard(executor(index), "a", 1n));
    const { offers: rows, left } = bookOf(seen(many), undefined);
    expect([rows.length, left]).toEqual([SHEET_LIMITS.offers, 3]);
    expect(JSON.stringify(rows).length).toBeLessThan(SHEET_LIMITS.bytes);
  });
});
