import { describe, expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { addressOf, candidate, choose, NO_DEMANDS, NOW, PROVEN } from "../../../../test/support/candidate.ts";
import { UNKNOWN_HEALTH } from "./executor-health.ts";
import { type Reputation, strictest } from "./reputation.ts";

const SEED = Number(process.env["SEED"] ?? 17);

describe(`an executor that audits speak against, in markets that are drawn (seed ${SEED})`, () => {
  it("is never asked while anybody else can be, whatever its price, stake and answers, and always when nobody else can", () => {
    const random = seeded(SEED);
    const chance = (): number => random.below(1_000_000) / 1_000_000;
    const of = <Value>(...values: readonly Value[]): Value => values[random.below(values.length)] as Value;
    for (let game = 0; game < 3_000; game++) {
      const size = 2 + random.below(6);
      const found = Array.from({ length: size }, (_, index) => index === 0 || random.below(2) === 0);
      const offers = found.map((isReported, index) => {
        const health = { ...UNKNOWN_HEALTH, answers: of(0, 1, 10_000), failures: isReported ? 0 : of(0, 0, 1) };
        const reputation = {
          trust: isReported ? 0.1 : of(0.4, 0.9),
          grade: isReported ? ("C" as const) : of("A" as const, "newcomer" as const),
        };
        const known = { health, stake: of(1, 100, 1_000_000), heardAtMs: NOW - of(0, 60_000), inFlight: of(0, 3) };
        const report = isReported ? ({ report: "computed" } as const) : {};
        return candidate(
          { index, price: of(1n, 100n, 150n, 1_000_000n) },
          { ...known, reputation: { ...reputation, ...report } },
        );
      });
      const tried = new Set(offers.filter(() => random.below(5) === 0).map(({ signed }) => signed.offer.executor));
      const chosen = choose(offers, { tried }, { exploration: of(0, 0.05, 1), random: chance });
      const isLeft = (index: number): boolean => !tried.has(addressOf(index));
      const others = found.flatMap((isReported, index) => (!isReported && isLeft(index) ? [index] : []));
      const all = found.flatMap((_, index) => (isLeft(index) ? [index] : []));
      if (all.length === 0) expect(chosen).toBe("tried");
      else expect(others.length > 0 ? others : all, `game ${game}`).toContain(chosen);
    }
  });

  it("is held by an index's word alone to what a price of 1.5 times is worth", () => {
    const told = candidate({ index: 0, price: 66n }, { reputation: { trust: 0, grade: "C", report: "told" } });
    expect(choose([told, candidate({ index: 1 })])).toBe(0);
    const dearer = candidate({ index: 0, price: 71n }, { reputation: { trust: 0, grade: "C", report: "told" } });
    expect(choose([dearer, candidate({ index: 1 })])).toBe(1);
  });
});

describe("what is asked of executors", () => {
  it("is the stricter of the question's and the settings' word, each for itself", () => {
    expect(strictest(undefined, NO_DEMANDS)).toEqual(NO_DEMANDS);
    const settings = { minReputation: 0.4, minStake: 100n };
    expect(strictest({ minReputation: 0.2, minStake: 300n }, settings)).toEqual({ minReputation: 0.4, minStake: 300n });
    expect(strictest({ minReputation: 0.6 }, settings)).toEqual({ minReputation: 0.6, minStake: 100n });
  });
});

describe("the choice of an executor by its name", () => {
  it("takes one with a good name before a cheaper one with a bad name, within bounds", () => {
    const [good, bad] = [
      { trust: 0.8, grade: "A" },
      { trust: 0.1, grade: "C" },
    ] as const;
    const named = (price: bigint) => [
      candidate({ index: 0, price }, { reputation: bad }),
      candidate({ index: 1, price: 200n }, { reputation: good }),
    ];
    expect([199n, 100n, 80n].map((price) => choose(named(price)))).toEqual([1, 1, 0]);
    expect(choose([...named(199n), candidate({ index: 2, price: 120n })])).toBe(2);
  });

  it("draws strangers with a good name more often than others with the same stake", () => {
    const drawn = (...reputations: (Reputation | undefined)[]) => {
      const offers = reputations.map((reputation, index) => candidate({ index }, { reputation }));
      return choose(offers, { tried: new Set([addressOf(99)]) }, { random: () => 0.4 });
    };
    expect(drawn(undefined, undefined)).toBe(0);
    expect(drawn({ trust: 0.1, grade: "B" }, { trust: 0.9, grade: "B" })).toBe(1);
  });

  it("asks who has answered before whoever has the better name, and forgets the name with every answer", () => {
    const known = candidate({ index: 0, price: 150n }, { health: PROVEN, reputation: { trust: 0.05, grade: "C" } });
    const famous = candidate({ index: 1, price: 100n }, { reputation: { trust: 1, grade: "A" } });
    expect(choose([known, famous])).toBe(0);
  });

  it("leaves out who has not the reputation or the stake that is asked for, or of whom it is not known", () => {
    const low = candidate({ index: 0 }, { reputation: { trust: 0.3, grade: "C" } });
    const high = candidate({ index: 1, price: 900n }, { reputation: { trust: 0.7, grade: "A" } });
    const unknown = candidate({ index: 2 });
    expect(choose([low, high, unknown], { minReputation: 0.5 })).toBe(1);
    expect(choose([low, unknown], { minReputation: 0.5 })).toBe("reputation");
    expect(choose([low, unknown], { minReputation: 0.3 })).toBe(0);
    const proven = candidate({ index: 3 }, { health: PROVEN });
    expect(choose([proven], { minReputation: 0.1 })).toBe("reputation");
    const rich = candidate({ index: 4, price: 900n }, { stake: 1_000 });
    expect(choose([low, rich], { minStake: 101n })).toBe(4);
    expect(choose([low], { minStake: 101n })).toBe("stake");
    expect(choose([candidate({ index: 5 }, { stake: undefined, health: PROVEN })], { minStake: 1n })).toBe("unread");
  });
});
