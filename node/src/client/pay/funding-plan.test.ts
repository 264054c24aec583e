import { describe, expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { type FundingFacts, planFunding } from "./funding-plan.ts";

const facts: FundingFacts = {
  needed: 100n,
  outstanding: 0n,
  balance: 0n,
  unlocking: 0n,
  deposit: 10_000n,
  step: 50n,
  shown: 9,
};
const plan = (change: Partial<FundingFacts>) => planFunding({ ...facts, ...change });

describe("funding of a channel", () => {
  it("is not needed while the channel covers all caps", () => {
    expect(plan({ balance: 100n })).toEqual({ type: "enough" });
    expect(plan({ balance: 400n, outstanding: 300n })).toEqual({ type: "enough" });
  });

  it("moves enough for some requests more", () => {
    expect(plan({})).toEqual({ type: "allocate", amount: 400n });
    expect(plan({ step: 5_000n })).toEqual({ type: "allocate", amount: 5_000n });
    expect(plan({ balance: 399n, outstanding: 300n })).toEqual({ type: "allocate", amount: 400n });
    expect(plan({ outstanding: 900n })).toEqual({ type: "allocate", amount: 1_000n });
  });

  it("moves no more than is missing to whoever has shown nothing, and in growing steps with each answer", () => {
    const steps = [0, 1, 2, 3].map((shown) => plan({ shown, step: 5_000n }));
    expect(steps.map((step) => step.type === "allocate" && step.amount)).toEqual([100n, 800n, 5_000n, 5_000n]);
    expect(plan({ shown: 0, outstanding: 900n, balance: 950n })).toEqual({ type: "allocate", amount: 50n });
  });

  it("does not count on what is being unlocked", () => {
    expect(plan({ balance: 150n, unlocking: 50n })).toEqual({ type: "enough" });
    expect(plan({ balance: 150n, unlocking: 51n }).type).toBe("allocate");
  });

  it("moves what there is when the deposit covers the request but not the step", () => {
    expect(plan({ deposit: 100n })).toEqual({ type: "allocate", amount: 100n });
  });

  it("says to the unit what is missing", () => {
    expect(plan({ deposit: 99n })).toEqual({ type: "insufficient", missing: 1n });
    expect(plan({ deposit: 0n, balance: 30n })).toEqual({ type: "insufficient", missing: 70n });
  });

  it("always leaves a channel that covers the request, and never spends what is not there (seed 21)", () => {
    const random = seeded(21);
    const amount = (most: number): bigint => BigInt(random.below(most));
    for (let round = 0; round < 5_000; round += 1) {
      const balance = amount(2_000);
      const given: FundingFacts = {
        needed: 1n + amount(500),
        outstanding: amount(1_500),
        balance,
        unlocking: amount(Number(balance) + 1),
        deposit: amount(3_000),
        step: amount(1_000),
        shown: random.below(6),
      };
      const outcome = planFunding(given);
      const covers = (money: bigint): boolean => money - given.unlocking - given.outstanding >= given.needed;
      if (outcome.type === "enough") expect(covers(balance)).toBe(true);
      else if (outcome.type === "insufficient") {
        expect(covers(balance + given.deposit)).toBe(false);
        expect(covers(balance + given.deposit + outcome.missing)).toBe(true);
        expect(covers(balance + given.deposit + outcome.missing - 1n)).toBe(false);
      } else {
        expect(covers(balance)).toBe(false);
        expect(outcome.amount).toBeLessThanOrEqual(given.deposit);
        expect(covers(balance + outcome.amount)).toBe(true);
      }
    }
  });
});
