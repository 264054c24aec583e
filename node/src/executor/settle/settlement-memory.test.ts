// What a settlement remembers between its rounds, and what it leaves alone meanwhile.
import type { Receipt } from "@lloom/protocol/commitment-types";
import { afterEach, describe, expect, it } from "vitest";
import { createExchange } from "../../../../test/support/exchange.ts";
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
import { PROBES } from "../../primitives/probes.ts";
import type { SettlementLog, UnsettledLane } from "../../store/executor/settlement-log.ts";

afterEach(endSettlements);
const SOON = { timeout: 20_000 };

describe("a settlement", () => {
  it("looks at nothing while nothing is owed, also where every answer is to be settled at once", async () => {
    const staged = stageSettlement({ lanes: [0, 0], options: { settleAmount: 0n } });
    await staged.later();
    expect(staged.readings()).toBe(1);
    staged.owe(0, 1n);
    staged.settlement.noteAnswer(OWED);
    await expect.poll(() => staged.rounds, SOON).toEqual([["A1"]]);
  });

  it("tells that a channel was paid from, and asks the chain no more about its lane", async () => {
    const staged = stageSettlement({ options: { settleAmount: 2n * OWED } });
    await staged.later();
    expect([staged.onPaid.length, staged.reads.length]).toEqual([1, 1]);
    staged.owe(1, 1n);
    staged.settlement.noteAnswer(OWED);
    await expect.poll(() => staged.store.unsettled(), SOON).toEqual([]);
    await staged.later();
    expect([staged.onPaid.toSorted(), staged.reads.length]).toEqual([[A, A, B].toSorted(), 1]);
  });

  it("forgets the hold of a lane that was paid by somebody else meanwhile", async () => {
    const staged = stageSettlement({ settle: rejected("Disputed"), options: { settleAmount: 1n } });
    await expect.poll(() => staged.rounds.length, SOON).toBe(1);
    staged.store.markSettled({ client: A, lane: 1n, nonce: 1n, cost: OWED });
    staged.at(1_000 + HOUR_MS);
    await staged.later();
    const before = staged.readings();
    await staged.later();
    expect([staged.readings(), staged.rounds.length]).toEqual([before, 1]);
  });

  it("asks about a lane of whose pair nothing was told, and takes the others for what was told", async () => {
    const staged = stageSettlement({ lanes: [1, 1] });
    await staged.later();
    const told = staged.reads.length;
    const outcomes = stageSettlement({
      lanes: [1, 1],
      options: { settleAmount: OWED, settle: async ([first]) => [paid()(first)] },
    });
    await expect.poll(() => outcomes.lines.length, SOON).toBeGreaterThan(0);
    expect(outcomes.lines[0]).toMatchObject({ msg: "settled", lanes: 2, paid: 1 });
    await expect.poll(() => outcomes.reads.length, SOON).toBeGreaterThan(told);
  });

  it("tells whoever measures what became of its lanes: each by itself, or all at once where nothing is known", async () => {
    const told: unknown[] = [];
    using _ = PROBES.settled.listen((fact) => void told.push(fact));
    const lanes: [number, number] = [1, 1];
    const fail = (): Promise<never> => Promise.reject(new Error("No chain."));
    stageSettlement({ lanes, options: { settleAmount: OWED, settle: fail } });
    await expect.poll(() => told[0], SOON).toEqual({ outcome: "failed", lanes: 2 });
    stageSettlement({ options: { settleAmount: OWED } });
    await expect.poll(() => told, SOON).toContainEqual({ outcome: "paid", lanes: 1 });
  });

  it("puts nothing off in words when it ends in the middle of a round", async () => {
    let isAsked = false;
    const readLane = (): Promise<never> => {
      isAsked = true;
      return new Promise(() => undefined);
    };
    const staged = stageSettlement({ options: { readLane } });
    await expect.poll(() => isAsked, SOON).toBe(true);
    await staged.settlement[Symbol.asyncDispose]();
    expect(staged.lines).toEqual([]);
  });
});

/** A log of so many lanes that are owed, without what only a real one needs. */
function manyLanes(count: number): SettlementLog {
  const receipt: Receipt = createExchange().receipt();
  let open = Array.from({ length: count }, (_, lane): UnsettledLane => {
    const { client } = receipt.request;
    const owed = { amountOwed: OWED, settledCost: 0n, oldestAtMs: 0, settling: false } as const;
    return { client, lane: BigInt(lane), receipt, requestHash: receipt.response.requestHash, ...owed };
  });
  return {
    outstanding: () => 0n,
    underWay: () => 0n,
    unsettled: () => open,
    unsettledLanes: () => open.length,
    markSettling: () => undefined,
    clearSettling: () => undefined,
    correctSettled: () => true,
    writeOff: () => undefined,
    markSettled: ({ lane, cost }) => {
      if (cost > 0n) open = open.filter((one) => one.lane !== lane);
      return true;
    },
  };
}

describe("a round of many lanes", () => {
  it("goes in calls of 512", async () => {
    const store = manyLanes(513);
    const staged = stageSettlement({ lanes: [0, 0], options: { store, settleAmount: 1n } });
    await expect.poll(() => store.unsettled(), SOON).toEqual([]);
    expect(staged.rounds.map((lanes) => lanes.length)).toEqual([512, 1]);
  });
});
