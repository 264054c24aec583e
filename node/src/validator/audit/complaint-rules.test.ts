import type { Receipt } from "@lloom/protocol/commitment-types";
import { measuredEvidenceFacts } from "@lloom/protocol/generated/facts";
import { describe, expect, it } from "vitest";
import { bondProblem, isPaid, isShowable, stillProves } from "./complaint-rules.ts";

const { EVIDENCE_WINDOW } = measuredEvidenceFacts;

describe("an answer that a complaint may show", () => {
  const receipt = { request: { nonce: 3n, ackedCost: 100n }, response: { cumulativeCost: 150n } } as Receipt;

  it("was settled, and something was paid for it", () => {
    expect(isPaid(receipt, { nonce: 3n, cost: 150n })).toBe(true);
    expect(isPaid(receipt, { nonce: 4n, cost: 900n })).toBe(true);
    expect(isPaid(receipt, { nonce: 3n, cost: 101n })).toBe(true);
    // Its channel held nothing more: the lane is settled up to it, and unpaid.
    expect(isPaid(receipt, { nonce: 3n, cost: 100n })).toBe(false);
    expect(isPaid(receipt, { nonce: 2n, cost: 150n })).toBe(false);
    expect(isPaid({ ...receipt, response: { cumulativeCost: 100n } } as Receipt, { nonce: 9n, cost: 900n })).toBe(
      false,
    );
  });

  it("is shown once, and not in the last hour of its time", () => {
    const facts = { deadline: 1_000n, factor: 9, isSpent: false };
    const last = 1_000n + EVIDENCE_WINDOW - 3_600n;
    expect([isShowable(facts, last), isShowable(facts, last + 1n)]).toEqual([true, false]);
    expect(isShowable({ ...facts, isSpent: true }, 1_000n)).toBe(false);
  });

  it("proves nothing by itself, nor with one more", () => {
    const hit = { factor: 1e6 };
    expect([stillProves([]), stillProves([hit, hit]), stillProves([hit, hit, hit])]).toEqual([false, false, true]);
  });
});

describe("the bond of a complaint", () => {
  it("has to be there, and within the bound with all others", () => {
    const facts = { bond: 10n, locked: 20n, mostLocked: 30n, funds: 10n };
    expect(bondProblem(facts)).toBeUndefined();
    expect(bondProblem({ ...facts, locked: 21n })).toBe("beyond the bound");
    expect(bondProblem({ ...facts, funds: 9n })).toBe("unaffordable");
  });
});
