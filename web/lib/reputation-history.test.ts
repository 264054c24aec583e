import { ONE } from "@lloom/protocol/reputation/fixed-point";
import { describe, expect, it } from "vitest";
import { historyPoints } from "./reputation-history.ts";
import type { Reputation } from "./reputation-rows.ts";

const NOTHING = {
  passed: 0n,
  failed: 0n,
  unanswered: 0n,
  receipts: 0n,
  strikes: 0n,
  stake: 0n,
  stakeFactor: 0n,
} as const;
const row = (epoch: number, trust: bigint): Reputation => ({
  ...NOTHING,
  epoch,
  epochStartsAt: epoch * 3_600,
  trust,
  share: ONE / 2n,
  lower: ONE / 4n,
  upper: ONE,
  grade: "B",
});

describe("the chart of a reputation", () => {
  it("goes from the oldest epoch to the newest, with the time between them as wide as it was", () => {
    const points = historyPoints([row(110, ONE), row(105, ONE / 2n), row(100, 0n)]);
    expect(points.map(({ epoch, place, trust }) => [epoch, place, trust])).toEqual([
      [100, 0, 0],
      [105, 0.5, 0.5],
      [110, 1, 1],
    ]);
    expect(points[0]).toMatchObject({ share: 0.5, lower: 0.25, upper: 1 });
  });

  it("has one epoch at its end, and none where there is none", () => {
    expect(historyPoints([row(7, ONE)])).toMatchObject([{ place: 1 }]);
    expect(historyPoints([])).toEqual([]);
  });
});
