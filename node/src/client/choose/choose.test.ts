import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { addressOf, candidate, choose, NOW, PROVEN } from "../../../../test/support/candidate.ts";
import type { Candidate } from "./choose.ts";
import { UNKNOWN_HEALTH } from "./executor-health.ts";

describe("the choice of an executor", () => {
  it("is the cheapest, or the one that alone may be asked", () => {
    const offers = [300n, 100n, 200n].map((price, index) => candidate({ index, price }));
    expect(choose(offers)).toBe(1);
    expect([2, 3].map((index) => choose(offers, { only: addressOf(index) }))).toEqual([2, "none"]);
  });

  it("is one whose backend can do what is asked for, however dear", () => {
    const [plain, able] = [
      candidate({ index: 0 }),
      candidate({ index: 1, price: 900n }, { features: ["tools", "min_p"] }),
    ];
    expect(choose([plain, able], { features: ["min_p"] })).toBe(1);
    expect(choose([plain, able], { features: ["min_p", "logit_bias"] })).toBe("features");
    expect(choose([plain, able], { features: [] })).toBe(0);
  });

  it("is one that only embeds for vectors alone", () => {
    const [embedder, plain] = [candidate({ index: 0 }, { conversations: false }), candidate({ index: 1, price: 900n })];
    expect(choose([embedder, plain])).toBe(1);
    expect(choose([embedder])).toBe("embedder");
    expect(choose([plain], { isOfVectors: false })).toBe(1);
    expect(choose([embedder, plain], { isOfVectors: true })).toBe(0);
  });

  it("passes a cheaper one over that has been failing", () => {
    const failing = candidate({ index: 0, price: 90n }, { health: { ...UNKNOWN_HEALTH, success: 0.6 } });
    expect(choose([failing, candidate({ index: 1 })])).toBe(1);
  });

  it("weighs a count far above the others' as its price, and trusts it no more than a stranger's", () => {
    const proven = { health: PROVEN };
    const liar = candidate({ index: 0 }, { ...proven, counted: { stated: 144, least: 149 } });
    expect(choose([liar])).toBe(0);
    expect(choose([liar, candidate({ index: 1, price: 140n })])).toBe(1);
    // 100 + 96 and 100 tokens at 100, or 200 tokens at 150.
    expect(choose([liar, candidate({ index: 1, price: 150n })])).toBe(0);
    const honest = { ...proven, counted: { stated: 4, least: 9 } };
    expect(choose([liar, candidate({ index: 1, price: 900n }, honest)])).toBe(1);
  });

  it("is the less loaded of two that cost about the same", () => {
    const busy = candidate({ index: 0, load: 4 });
    const idle = candidate({ index: 1, price: 104n });
    expect(choose([busy, idle])).toBe(1);
    expect(choose([busy, candidate({ index: 1, price: 106n })])).toBe(0);
    expect(choose([candidate({ index: 0 }, { inFlight: 3 }), idle])).toBe(1);
  });

  it("counts as about the same what is dearer by a twentieth, to the unit", () => {
    const asked = { inboundTokens: 0n, maxOutboundTokens: 1n };
    const busy = candidate({ index: 0, price: 99n, load: 4 });
    expect(choose([busy, candidate({ index: 1, price: 104n })], asked)).toBe(1);
    expect(choose([busy, candidate({ index: 1, price: 105n })], asked)).toBe(0);
  });

  it("is of near-equal ones the one whose counts can be checked, however loaded, and nobody dearer for that", () => {
    const vocabulary = ZERO_HASH;
    const checkable = candidate({ index: 0, price: 104n, load: 4 }, { vocabulary });
    const canCount = (one: Candidate): boolean => one.vocabulary !== undefined;
    const [idle, cheap] = [candidate({ index: 1 }), candidate({ index: 1, price: 98n })];
    expect(choose([checkable, idle], { canCount })).toBe(0);
    expect(choose([checkable, idle])).toBe(1);
    expect(choose([checkable, cheap], { canCount })).toBe(1);
    expect(choose([checkable, candidate({ index: 2 }, { vocabulary })], { canCount })).toBe(2);
    const proven = candidate({ index: 3, price: 900n }, { health: PROVEN });
    expect(choose([checkable, proven], { canCount })).toBe(3);
  });

  it("prefers whom it has heard of lately, then the others, then whom it avoids", () => {
    const stale = candidate({ index: 0, price: 1n }, { heardAtMs: NOW - 60_000 });
    const avoided = candidate({ index: 1, price: 1n }, { health: { ...UNKNOWN_HEALTH, avoidUntilMs: NOW + 1 } });
    const fresh = candidate({ index: 2 });
    expect(choose([stale, avoided, fresh])).toBe(2);
    expect(choose([stale, avoided])).toBe(0);
    expect(choose([avoided])).toBe(1);
  });

  it("is nobody that the chain has found to cheat, however well it has served here, while there is somebody else", () => {
    const cheat = candidate({ index: 0, price: 1n }, { hasCheated: true, health: PROVEN });
    expect(choose([cheat, candidate({ index: 1, price: 1_000n })])).toBe(1);
    const stale = candidate({ index: 2, price: 1_000n }, { heardAtMs: NOW - 60_000 });
    expect(choose([cheat, stale])).toBe(2);
    expect(choose([cheat])).toBe(0);
  });

  it("is whoever has answered before, whatever strangers ask for", () => {
    const proven = candidate({ index: 0, price: 1_000n }, { health: PROVEN });
    const shaken = candidate({ index: 1, price: 10n }, { health: { ...PROVEN, failures: 1 } });
    const bait = candidate({ index: 2, price: 0n });
    expect(choose([bait, shaken, proven])).toBe(0);
    expect(choose([bait, shaken])).toBe(1);
    expect(choose([bait, { ...proven, heardAtMs: NOW - 60_000 }])).toBe(0);
  });

  it("is nobody without stake, unless that is wanted", () => {
    const unstaked = candidate({ index: 0, price: 1n }, { stake: 0 });
    const unread = candidate({ index: 1, price: 1n }, { stake: undefined });
    expect(choose([unstaked])).toBe("unstaked");
    expect(choose([unstaked, unread])).toBe("unread");
    expect(choose([unstaked, unread, candidate({ index: 2 })])).toBe(2);
    expect(choose([unstaked], { allowUnstaked: true })).toBe(0);
    expect(choose([{ ...unread, health: PROVEN }])).toBe(1);
    expect(choose([{ ...unstaked, health: PROVEN }])).toBe("unstaked");
  });

  it("is drawn by stake once a stranger has failed, and no more by price (seed 13)", () => {
    const random = seeded(13);
    const liars = Array.from({ length: 50 }, (_, index) => candidate({ index, price: 1n }, { stake: 1 }));
    const honest = candidate({ index: 50, price: 100n }, { stake: 150 });
    const dear = candidate({ index: 51, price: 1_000_000n }, { stake: 150 });
    const counts = new Map<unknown, number>();
    for (let round = 0; round < 1_000; round += 1) {
      const index = choose(
        [...liars, honest, dear],
        { tried: new Set([addressOf(99)]) },
        {
          random: () => random.below(1_000) / 1_000,
        },
      );
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    expect(counts.get(50)).toBeGreaterThan(650);
    expect(counts.get(51) ?? 0).toBeLessThan(20);
    expect(choose([...liars, honest])).toBe(0);
  });

  it("is the cheapest for this question: of long prompts and short answers, or the other way round", () => {
    const prompts = candidate({ index: 0 }, { inboundPrice: 1, outboundPrice: 100 });
    const answers = candidate({ index: 1 }, { inboundPrice: 3, outboundPrice: 1 });
    expect(choose([prompts, answers], { inboundTokens: 1000n, maxOutboundTokens: 10n })).toBe(0);
    expect(choose([prompts, answers], { inboundTokens: 10n, maxOutboundTokens: 1000n })).toBe(1);
  });

  it("divides the price by the square of the success, even where nothing is asked for, but never by almost nothing", () => {
    const known = (index: number, price: bigint, success: number) =>
      candidate({ index, price }, { health: { ...UNKNOWN_HEALTH, success } });
    expect(choose([known(0, 100n, 0.9), known(1, 115n, 1)])).toBe(1);
    expect(choose([known(0, 100n, 0.9), known(1, 135n, 1)])).toBe(0);
    expect(choose([known(0, 0n, 0.5), known(1, 0n, 1)])).toBe(1);
    expect(choose([known(0, 100n, 0), known(1, 110n, 0.05)])).toBe(0);
  });

  it("holds out against a first token that takes long, and against little room", () => {
    const slow = { ...UNKNOWN_HEALTH, firstToken: { meanMs: 5_000, strayMs: 0 } };
    const [first, second] = [candidate({ index: 0 }), candidate({ index: 1 })];
    expect(choose([{ ...first, health: slow }, second])).toBe(1);
    expect(choose([first, { ...second, health: slow }])).toBe(0);
    const usual = { ...UNKNOWN_HEALTH, firstToken: { meanMs: 1_000, strayMs: 0 } };
    expect(
      choose([
        { ...first, health: usual },
        { ...second, inFlight: 1 },
      ]),
    ).toBe(0);
    const without = (one: Candidate): Candidate => ({ ...one, signed: { ...one.signed, capacity: 0 } });
    expect(choose([without(first), second])).toBe(1);
    expect(choose([without(first), { ...without(second), inFlight: 1 }])).toBe(0);
    expect(choose([without(first), { ...second, inFlight: 4 }])).toBe(0);
  });

  it("takes an offer for stale once it was not heard of for ten seconds", () => {
    const heard = (ageMs: number): Candidate => candidate({ index: 0, price: 1n }, { heardAtMs: NOW - ageMs });
    expect(choose([heard(9_999), candidate({ index: 1 })])).toBe(0);
    expect(choose([heard(10_000), candidate({ index: 1 })])).toBe(1);
  });

  it("is an untried one that failed before, rather than one that is avoided or failing more", () => {
    const failing = candidate({ index: 0 }, { health: { ...UNKNOWN_HEALTH, failures: 1 } });
    expect(choose([failing, candidate({ index: 1, price: 1_000n })])).toBe(1);
    const avoided = candidate({ index: 2, price: 1n }, { health: { ...PROVEN, avoidUntilMs: NOW + 1 } });
    expect(choose([avoided, failing])).toBe(0);
    expect(choose([{ ...avoided, health: { ...PROVEN, avoidUntilMs: NOW } }, failing])).toBe(2);
  });

  it("never is one that cheated, as long as it is avoided", () => {
    const health = { ...UNKNOWN_HEALTH, distrusted: true, avoidUntilMs: NOW + 1 };
    expect(choose([candidate({ index: 0 }, { health })])).toBe("tried");
    expect(choose([candidate({ index: 0 }, { health })], {}, { nowMs: NOW + 1 })).toBe(0);
    expect(choose([candidate({ index: 0 }, { health: { ...health, answers: 1 } })])).toBe("tried");
  });

  it("keeps to the price limit, the context, and whom it has not tried", () => {
    const offers = [candidate({ index: 0, price: 10n }), candidate({ index: 1, maxContext: 8192n })];
    expect(choose(offers, { maxPrice: { inbound: 9n } })).toBe("price");
    expect(choose(offers, { maxPrice: { outbound: 10n } })).toBe(0);
    expect(choose(offers, { maxOutboundTokens: 4096n })).toBe(1);
    expect(choose(offers, { maxOutboundTokens: 8192n })).toBe("context");
    expect(choose(offers, { tried: new Set([addressOf(0)]) })).toBe(1);
    expect(choose(offers, { tried: new Set([addressOf(0), addressOf(1)]) })).toBe("tried");
    expect(choose([])).toBe("none");
  });

  it("explores among those that are not much dearer, as often as it is told (seed 11)", () => {
    const offers = [100n, 140n, 160n].map((price, index) => candidate({ index, price }));
    const random = seeded(11);
    const counts = [0, 0, 0];
    for (let round = 0; round < 2_000; round += 1) {
      const index = choose(offers, {}, { exploration: 0.2, random: () => random.below(1_000) / 1_000 });
      if (typeof index === "number") counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts[2]).toBe(0);
    expect(counts[1]).toBeGreaterThan(120);
    expect(counts[1]).toBeLessThan(280);
  });

  it("explores strangers beside one that is proven, unless they are much dearer", () => {
    const proven = candidate({ index: 0 }, { health: PROVEN });
    const explore = (price: bigint) => choose([proven, candidate({ index: 1, price })], {}, { exploration: 0.1 });
    expect([1n, 149n, 151n].map(explore)).toEqual([1, 1, 0]);
    const stranger = candidate({ index: 1, price: 1n });
    expect(choose([proven, stranger], {}, { exploration: 0.1, random: () => 0.1 })).toBe(0);
    expect(choose([proven, { ...stranger, stake: 0 }], {}, { exploration: 0.1 })).toBe(0);
  });

  it("explores what costs 1.5 times the best and nothing dearer, and the others that are proven where nobody is a stranger", () => {
    const proven = candidate({ index: 0, price: 1n }, { health: PROVEN });
    const short = { inboundTokens: 1n, maxOutboundTokens: 0n };
    const explore = (other: Candidate) => choose([proven, other], short, { exploration: 1, random: () => 0.5 });
    expect([2n, 3n].map((price) => explore(candidate({ index: 1, price })))).toEqual([1, 0]);
    const known = (price: bigint) => candidate({ index: 1, price }, { health: PROVEN, stake: 1_000 });
    expect([2n, 3n].map((price) => explore(known(price)))).toEqual([1, 0]);
  });

  it("is the proven one also after others were tried, and the cheapest stranger is not", () => {
    const dear = candidate({ index: 1, price: 150n }, { stake: 1_000_000 });
    const cheap = candidate({ index: 0 });
    const late = { random: () => 0.9 };
    const tried = { tried: new Set([addressOf(99)]) };
    expect(choose([cheap, dear], tried, late)).toBe(1);
    expect(
      choose(
        [
          { ...cheap, health: PROVEN },
          { ...dear, health: PROVEN },
        ],
        tried,
        late,
      ),
    ).toBe(0);
  });

  it("tells of several reasons the one that came closest", () => {
    const offers = [
      candidate({ index: 0 }, { stake: 0 }),
      candidate({ index: 1, price: 200n }),
      candidate({ index: 2, maxContext: 10n }),
    ];
    expect(choose(offers, { maxPrice: { outbound: 150n } })).toBe("context");
    expect(choose(offers.toReversed(), { maxPrice: { outbound: 150n } })).toBe("context");
    expect(choose(offers.slice(0, 2), { maxPrice: { inbound: 199n } })).toBe("price");
    expect(choose(offers.slice(0, 2), { maxPrice: { inbound: 200n, outbound: 200n } })).toBe(1);
  });

  it("never is dearer than 1.5 times the best, whatever chance says (seed 12)", () => {
    const random = seeded(12);
    for (let round = 0; round < 300; round += 1) {
      const prices = Array.from({ length: 1 + random.below(12) }, () => BigInt(1 + random.below(1_000)));
      const offers = prices.map((price, index) => candidate({ index, price, load: random.below(8) }));
      const index = choose(offers, {}, { exploration: 0.5, random: () => random.below(1_000) / 1_000 });
      const least = prices.reduce((a, b) => (a < b ? a : b));
      const chosen = typeof index === "number" ? (prices[index] ?? 0n) : 0n;
      expect(Number(chosen)).toBeLessThanOrEqual(Number(least) * 1.5 + 0.01);
      expect(chosen).toBeGreaterThanOrEqual(least);
    }
  });
});
