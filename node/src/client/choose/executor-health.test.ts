import { describe, expect, it } from "vitest";
import { afterOutcome, type ExecutorHealth, type Outcome, UNKNOWN_HEALTH } from "./executor-health.ts";

const NOW = 1_000_000;
/** Pauses of the middle length. */
const AT = { nowMs: NOW, random: () => 0.5 };
const after = (health: ExecutorHealth, ...types: Exclude<Outcome["type"], "answered">[]): ExecutorHealth =>
  types.reduce((before, type) => afterOutcome(before, { type }, AT), health);
const avoidedMs = (health: ExecutorHealth): number => Math.max(0, health.avoidUntilMs - NOW);

describe("the health of an executor", () => {
  it("is avoided from the first failure, longer each time, up to ten minutes", () => {
    const failed = (count: number) => after(UNKNOWN_HEALTH, ...Array.from({ length: count }, () => "failed" as const));
    expect([1, 2, 3, 4].map((count) => avoidedMs(failed(count)))).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(avoidedMs(failed(40))).toBe(600_000);
  });

  it("is avoided by each client for another time, so that those that failed together come back apart", () => {
    const at = (random: number) => ({ nowMs: NOW, random: () => random });
    for (const [type, middleMs] of [
      ["failed", 5_000],
      ["busy", 1_000],
    ] as const) {
      const avoided = [0, 1].map((random) => avoidedMs(afterOutcome(UNKNOWN_HEALTH, { type }, at(random))));
      expect(avoided, type).toEqual([middleMs * 0.75, middleMs * 1.25]);
    }
  });

  it("suffers nothing from a full queue, but one that is full for ever is asked less and less", () => {
    expect(after(UNKNOWN_HEALTH, "busy")).toEqual({ ...UNKNOWN_HEALTH, refusals: 1, avoidUntilMs: NOW + 1_000 });
    expect(avoidedMs(after(UNKNOWN_HEALTH, ...Array.from({ length: 9 }, () => "busy" as const)))).toBe(60_000);
  });

  it("moves its speed a fifth of the way to each answer's, and keeps it where an answer was too short to tell", () => {
    let health = afterOutcome(UNKNOWN_HEALTH, { type: "answered" }, AT);
    const paces = [40, undefined, 20, undefined, 60].map((msPerToken) => {
      health = afterOutcome(health, { type: "answered", msPerToken }, AT);
      return health.msPerToken;
    });
    expect(paces).toEqual([40, 40, 36, 36, 40.8]);
  });

  it("suffers nothing from a goodbye", () => {
    expect(after(UNKNOWN_HEALTH, "leaving")).toEqual({ ...UNKNOWN_HEALTH, avoidUntilMs: NOW + 30_000 });
  });

  it("suffers a little when a question was called impossible and others agreed", () => {
    expect(after(UNKNOWN_HEALTH, "blamed")).toEqual({ ...UNKNOWN_HEALTH, success: 0.9 });
  });

  it("is distrusted for an hour after a wrong answer", () => {
    expect(after(UNKNOWN_HEALTH, "cheated")).toMatchObject({ distrusted: true, avoidUntilMs: NOW + 3_600_000 });
  });

  it("is distrusted for as long as a jail lasts once it is convicted, whatever was on its way then", () => {
    const convicted = after(UNKNOWN_HEALTH, "convicted");
    expect(convicted).toEqual({ ...UNKNOWN_HEALTH, distrusted: true, avoidUntilMs: NOW + 30 * 86_400_000 });
    for (const then of [convicted, after(UNKNOWN_HEALTH, "cheated")]) {
      const { distrusted, avoidUntilMs } = afterOutcome(then, { type: "answered" }, AT);
      expect({ distrusted, avoidUntilMs }).toEqual({ distrusted: true, avoidUntilMs: then.avoidUntilMs });
      const later = afterOutcome(then, { type: "answered" }, { ...AT, nowMs: then.avoidUntilMs });
      expect(later).toMatchObject({ distrusted: false, avoidUntilMs: 0, answers: 1 });
    }
  });

  it("recovers with answers", () => {
    const failing = after(UNKNOWN_HEALTH, "failed", "failed", "failed");
    const mended = afterOutcome(failing, { type: "answered", firstTokenMs: 80 }, AT);
    expect(mended).toMatchObject({ answers: 1, failures: 0, avoidUntilMs: 0, distrusted: false });
    expect([failing.success, mended.success]).toEqual([expect.closeTo(0.512, 9), expect.closeTo(0.6096, 9)]);
    expect(mended.firstToken).toEqual({ meanMs: 80, strayMs: 40 });
    expect(afterOutcome(mended, { type: "answered" }, AT).firstToken).toEqual(mended.firstToken);
  });
});
