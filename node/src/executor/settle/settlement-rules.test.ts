import type { Address } from "@lloom/protocol/commitment-types";
import { accountingV2Facts } from "@lloom/protocol/generated/facts";
import { rejectionOf } from "@lloom/protocol/rejections";
import { describe, expect, it } from "vitest";
import { createExchange } from "../../../../test/support/exchange.ts";
import type { UnsettledLane } from "../../store/executor/settlement-log.ts";
import { afterRejection, laneKey, lanesToSettle, type SettlementView, settlementPauseMs } from "./settlement-rules.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const { receipt } = createExchange();

const lane = (client: Address, number: bigint, change: Partial<UnsettledLane> = {}): UnsettledLane => ({
  client,
  lane: number,
  receipt: receipt({ lane: number }),
  requestHash: `0x${"12".repeat(32)}`,
  amountOwed: 100n,
  settledCost: 0n,
  oldestAtMs: NOW - 1_000,
  settling: false,
  ...change,
});

const chosen = (view: Partial<SettlementView>): bigint[] =>
  lanesToSettle({
    lanes: [],
    holds: new Map(),
    nowMs: NOW,
    settleAmount: 1_000n,
    settleAgeMs: HOUR,
    urgent: new Set(),
    ...view,
  }).map(({ lane: number }) => number);

describe("what to settle now", () => {
  it("is nothing while little is owed for a short time", () => {
    expect(chosen({ lanes: [lane(A, 1n), lane(B, 2n)] })).toEqual([]);
    expect(chosen({ lanes: [] })).toEqual([]);
  });

  it("is everything once all lanes together owe enough", () => {
    const lanes = [lane(A, 1n, { amountOwed: 600n }), lane(B, 2n, { amountOwed: 400n })];
    expect(chosen({ lanes })).toEqual([1n, 2n]);
    expect(chosen({ lanes, settleAmount: 1_001n })).toEqual([]);
  });

  it("is everything once one answer has waited long enough", () => {
    expect(chosen({ lanes: [lane(A, 1n, { oldestAtMs: NOW - HOUR }), lane(B, 2n)] })).toEqual([1n, 2n]);
  });

  it("is what a client owes who takes its money back", () => {
    expect(chosen({ lanes: [lane(A, 1n), lane(B, 2n)], urgent: new Set([B]) })).toEqual([2n]);
  });

  it("leaves out what is being settled", () => {
    expect(chosen({ lanes: [lane(A, 1n, { settling: true }), lane(B, 2n)], urgent: "all" })).toEqual([2n]);
  });

  it("leaves a held lane alone until its time, a newer answer, or the drain", () => {
    const lanes = [lane(A, 1n, { oldestAtMs: NOW - HOUR })];
    const held = (nonce: bigint, untilMs: number) => new Map([[laneKey({ client: A, lane: 1n }), { nonce, untilMs }]]);
    expect(chosen({ lanes, holds: held(1n, NOW + 1) })).toEqual([]);
    expect(chosen({ lanes, holds: held(1n, NOW) })).toEqual([1n]);
    expect(chosen({ lanes, holds: held(0n, NOW + 1) })).toEqual([1n]);
    expect(chosen({ lanes, holds: held(1n, NOW + 1), urgent: "all" })).toEqual([1n]);
  });
});

describe("the pause until the next look", () => {
  it("is the usual one while all is well, and doubles with each failure, from half a second to a minute", () => {
    const pauses = [0, 1, 2, 3, 20].map((failures) => settlementPauseMs(failures, 7, () => 0.5));
    expect(pauses).toEqual([7, 500, 1_000, 2_000, 60_000]);
  });
});

describe("a pair that the contract did not take", () => {
  it("was settled by somebody else when the chain has paid it all", () => {
    expect(afterRejection("Nonce", 100n, 100n)).toBe("settled");
    expect(afterRejection("NothingToPay", 100n, 100n)).toBe("settled");
  });

  it("waits when there was nothing to pay it from", () => {
    expect(afterRejection("NothingToPay", 40n, 100n)).toBe("hold");
    expect(afterRejection("Disputed", 40n, 100n)).toBe("hold");
  });

  it("is never written off for a number that this version has no name for, nor for none", () => {
    expect(afterRejection(rejectionOf(accountingV2Facts.Rejection.length), 40n, 100n)).toBe("hold");
    expect(afterRejection("None", 40n, 100n)).toBe("hold");
  });

  it("is given up for every other reason of the contract", () => {
    const waiting = ["None", "NothingToPay", "Disputed"];
    const final = accountingV2Facts.Rejection.filter((reason) => !waiting.includes(reason));
    expect(final).toHaveLength(11);
    expect(final.map((reason) => afterRejection(reason, 40n, 100n))).toEqual(Array(11).fill("writeOff"));
  });
});
