import { CHOICE } from "@lloom/protocol/reputation/choice-rule";
import { describe, expect, it } from "vitest";
import type { StrikeRow } from "../dispute-rows.ts";
import { factorOf, type Rival, type WhyInputs, whyChosen } from "./why.ts";

const ONE = 2n ** 64n;
const NOW = 1_800_000_000;
const rival = (address: `0x${string}`, paid: bigint, of: Partial<Rival["executor"]> = {}): Rival => ({
  work: { paid, inboundTokens: 500_000n, outboundTokens: 500_000n },
  executor: { address, active: true, trust: ONE / 2n, grade: "B", ...of },
});
const own = { address: "0x01", active: true, trust: ONE / 2n, grade: "B" } as const;
const why = (changes: Partial<WhyInputs>) =>
  whyChosen({ executor: own, reputation: undefined, strikes: [], markets: [], now: NOW, ...changes });
const strike = (offence: StrikeRow["offence"], daysAgo: number) =>
  ({ offence, halves: 2n, timestamp: NOW - daysAgo * 86_400 }) as StrikeRow;

describe("why an executor is chosen", () => {
  it("is never where it has no stake, and last where it cheated lately", () => {
    expect(why({ executor: { ...own, active: false } }).eligibility).toBe("never");
    expect(why({}).eligibility).toBe("can");
    expect(why({ strikes: [strike("UNDELIVERED", 1), strike("WRONG_MODEL", 29)] })).toMatchObject({
      ...{ eligibility: "last", hasCheated: true },
    });
    expect(why({ strikes: [strike("TOKEN_INFLATION", 31), strike("UNDELIVERED", 1)] }).eligibility).toBe("can");
  });

  it("is last where audits report it", () => {
    const reputation = { grade: "C", upper: ONE / 2n - 1n } as WhyInputs["reputation"];
    expect(why({ reputation })).toMatchObject({ eligibility: "last", isReported: true });
  });

  it("multiplies a price by what its name is worth", () => {
    expect([factorOf({ trust: ONE, grade: "A" }), factorOf({ trust: 0n, grade: "C" })]).toEqual([
      ...[1 / CHOICE.mostPriceFactor, CHOICE.mostPriceFactor],
    ]);
    expect([factorOf({ trust: 0n, grade: "NEWCOMER" }), factorOf({ trust: null, grade: null })]).toEqual([1, 1]);
  });

  it("ranks it among those that can be chosen, by what prices count as", () => {
    const rivals = [
      rival("0x01", 100n),
      rival("0x02", 120n, { trust: ONE, grade: "A" }),
      rival("0x03", 1n, { active: false }),
      rival("0x04", 101n),
    ];
    const { places } = why({ markets: [{ modelHash: "0xaa", rivals }] });
    expect(places).toEqual([
      { modelHash: "0xaa", price: 100n, counted: 100n, rank: 2, of: 3, cheapest: 80n, isNear: false },
    ]);
  });

  it("says nothing of a model without a price", () => {
    const none = { ...rival("0x01", 5n), work: { paid: 5n, inboundTokens: 0n, outboundTokens: 0n } };
    expect(why({ markets: [{ modelHash: "0xaa", rivals: [none] }] }).places).toEqual([]);
  });
});
