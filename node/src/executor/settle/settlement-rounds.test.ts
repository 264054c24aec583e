// Which lanes go into a round, and what becomes of each. What is remembered between rounds: settlement-memory.test.ts.
import { afterEach, describe, expect, it } from "vitest";
import {
  A,
  B,
  endSettlements,
  HOUR_MS,
  OWED,
  paid,
  rejected,
  stageSettlement,
} from "../../../../test/support/staged-settlement.ts";
import { LloomError } from "../../errors.ts";

afterEach(endSettlements);

describe("a round", () => {
  it("waits until enough is owed, and takes all lanes then", async () => {
    const staged = stageSettlement({ lanes: [1, 1] });
    await staged.later();
    expect([staged.rounds, staged.settlement.owed]).toEqual([[], 2n * OWED]);
    staged.settlement.noteAnswer(7n * OWED);
    await staged.later();
    expect([staged.rounds, staged.settlement.owed]).toEqual([[], 9n * OWED]);
    for (let lane = 2n; lane <= 9n; lane++) staged.owe(0, lane);
    staged.settlement.noteAnswer(OWED);
    await expect.poll(() => staged.store.unsettled(), { timeout: 20_000 }).toEqual([]);
    expect(staged.rounds.map((lanes) => lanes.length)).toEqual([10]);
    expect(new Set(staged.onPaid)).toEqual(new Set([A, B]));
    expect(staged.lines).toMatchObject([{ msg: "settled", lanes: 10, paid: 10 }]);
    await staged.later();
    expect([staged.rounds.length, staged.settlement.owed]).toEqual([1, 0n]);
  });

  it("comes when the oldest answer has waited long enough", async () => {
    const staged = stageSettlement({ lanes: [1, 1] });
    staged.at(HOUR_MS - 1);
    await staged.later();
    expect(staged.rounds).toEqual([]);
    staged.at(HOUR_MS);
    await expect.poll(() => staged.rounds, { timeout: 20_000 }).toEqual([["A1", "B1"]]);
  });

  it("comes for an answer of this run by its own time", async () => {
    const staged = stageSettlement({ lanes: [0, 0] });
    staged.at(5_000);
    staged.owe(0, 1n);
    staged.settlement.noteAnswer(OWED);
    staged.at(5_000 + HOUR_MS - 1);
    await staged.later();
    expect(staged.rounds).toEqual([]);
    staged.at(5_000 + HOUR_MS);
    await expect.poll(() => staged.rounds, { timeout: 20_000 }).toEqual([["A1"]]);
  });

  it("comes at once for a client that takes its money back, and for it alone, once", async () => {
    const staged = stageSettlement({ lanes: [2, 2], settle: rejected("Disputed") });
    await staged.later();
    staged.settlement.urge(B);
    await expect.poll(() => staged.rounds, { timeout: 20_000 }).toEqual([["B1", "B2"]]);
    await staged.later();
    expect(staged.rounds).toHaveLength(1);
    // Its hurry is over: a new answer waits as anybody's.
    staged.owe(1, 3n);
    staged.settlement.noteAnswer(OWED);
    await staged.later();
    expect(staged.rounds).toHaveLength(1);
  });

  it("asks the chain first for lanes of before, sixteen at a time, and settles nothing that it has paid", async () => {
    const staged = stageSettlement({ lanes: [40, 0], chainCost: OWED });
    await expect.poll(() => staged.store.unsettled(), { timeout: 20_000 }).toEqual([]);
    expect([staged.reads.length, Math.max(...staged.reads), staged.rounds]).toEqual([40, 16, []]);
    expect(staged.onPaid).toHaveLength(40);
  });
});

describe("a lane that was not paid in full", () => {
  it("is held for the settlement's age, then tried again", async () => {
    const staged = stageSettlement({ settle: paid(80n), options: { settleAmount: 1n } });
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(1);
    await staged.later();
    staged.at(1_000 + HOUR_MS - 1);
    await staged.later();
    expect([staged.rounds.length, staged.settlement.owed]).toEqual([1, 0n]);
    staged.at(1_000 + HOUR_MS);
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(2);
  });

  it("is lifted for its own client's channel alone", async () => {
    const staged = stageSettlement({ lanes: [1, 1], settle: rejected("Disputed"), options: { settleAmount: 1n } });
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(1);
    await staged.later();
    staged.settlement.lift(B);
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(2);
    await staged.later();
    expect(staged.rounds).toEqual([["A1", "B1"], ["B1"]]);
  });

  it("is not written off when the chain has paid it after all, whoever sent that", async () => {
    let cost = 0n;
    const staged = stageSettlement({
      settle: (receipt) => {
        cost = OWED;
        return rejected("Nonce")(receipt);
      },
      options: { settleAmount: 1n, readLane: async () => ({ nonce: cost === 0n ? 0n : 1n, cost }) },
    });
    await expect.poll(() => staged.store.unsettled(), { timeout: 20_000 }).toEqual([]);
    expect(staged.lines[0]).toMatchObject({
      ...{ msg: "receipt not taken", client: A, lane: 1, reason: "Nonce", consequence: "settled" },
    });
    expect(staged.lines[1]).toMatchObject({ msg: "settled", lanes: 1, paid: 0 });
    expect(staged.store.contents().unsettledLanes).toBe(0);
  });
});

describe("a chain that does not answer", () => {
  it("is told once for every try, with how often it failed, and the tries grow rarer", async () => {
    const settle = (): never => {
      throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
    };
    const staged = stageSettlement({ settle, options: { settleAmount: 1n } });
    await expect.poll(() => staged.lines.length, { timeout: 20_000 }).toBe(2);
    expect(staged.lines).toMatchObject(
      [1, 2].map((failures) => ({
        msg: "settlement put off",
        code: "CHAIN_UNREACHABLE",
        problem: "No answer.",
        failures,
      })),
    );
    expect(staged.store.unsettled()).toMatchObject([{ settling: true, amountOwed: OWED }]);
  });

  it("ends a drain only by its signal; any other failure ends it at once", async () => {
    let tries = 0;
    const staged = stageSettlement({
      settle: (receipt) => {
        if (++tries < 3) throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
        return paid()(receipt);
      },
    });
    await staged.later();
    await staged.settlement.settleAll(AbortSignal.timeout(30_000));
    expect([tries, staged.store.unsettled()]).toEqual([3, []]);
    const broken = stageSettlement({
      settle: () => {
        throw new LloomError("STORE_FAILED", "Disk full.");
      },
    });
    await broken.later();
    await expect(broken.settlement.settleAll(AbortSignal.timeout(30_000))).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    expect(broken.rounds).toHaveLength(1);
  });

  it("is not asked any more once the settlement has ended", async () => {
    const { settlement, later, rounds } = stageSettlement();
    await later();
    await settlement[Symbol.asyncDispose]();
    await expect(settlement.settleAll(new AbortController().signal)).rejects.toMatchObject({ code: "CANCELLED" });
    expect(rounds).toEqual([]);
  });
});
