import { describe, expect, it } from "vitest";
import { afterOutcome, type ExecutorHealth, type Outcome, UNKNOWN_HEALTH } from "./executor-health.ts";

const NOW = 1_000_000;
const after = (health: ExecutorHealth, ...types: Exclude<Outcome["type"], "answered">[]): ExecutorHealth =>
  types.reduce((before, type) => afterOutcome(before, { type }, NOW), health);
const avoidedMs = (health: ExecutorHealth): number => Math.max(0, health.avoidUntilMs - NOW);

describe("the health of an executor", () => {
  it("is avoided from the third failure in a row, longer each time, up to two minutes", () => {
    const avoided = [1, 2, 3, 4, 5].map((count) =>
      avoidedMs(after(UNKNOWN_HEALTH, ...Array.from({ length: count }, () => "failed" as const))),
    );
    expect(avoided).toEqual([0, 0, 5_000, 10_000, 20_000]);
    expect(avoidedMs(after(UNKNOWN_HEALTH, ...Array.from({ length: 40 }, () => "failed" as const)))).toBe(120_000);
  });

  it("is avoided at once when the executor cannot be reached", () => {
    expect(avoidedMs(after(UNKNOWN_HEALTH, "unreachable"))).toBe(5_000);
    expect(avoidedMs(after(UNKNOWN_HEALTH, "unreachable", "unreachable"))).toBe(10_000);
  });

  it("suffers nothing from a full queue or a goodbye", () => {
    expect(after(UNKNOWN_HEALTH, "busy")).toEqual({ ...UNKNOWN_HEALTH, avoidUntilMs: NOW + 1_000 });
    expect(after(UNKNOWN_HEALTH, "leaving")).toEqual({ ...UNKNOWN_HEALTH, avoidUntilMs: NOW + 30_000 });
  });

  it("is distrusted for an hour after a wrong answer", () => {
    expect(after(UNKNOWN_HEALTH, "cheated")).toMatchObject({ distrusted: true, avoidUntilMs: NOW + 3_600_000 });
  });

  it("recovers with answers", () => {
    const failing = after(UNKNOWN_HEALTH, "failed", "failed", "failed");
    const mended = afterOutcome(failing, { type: "answered", firstTokenMs: 80 }, NOW);
    expect(mended).toMatchObject({ failures: 0, avoidUntilMs: 0, distrusted: false, firstTokenMs: 80 });
    expect(mended.success).toBeGreaterThan(failing.success);
    expect(afterOutcome(mended, { type: "answered", firstTokenMs: 180 }, NOW).firstTokenMs).toBeCloseTo(100);
  });
});
