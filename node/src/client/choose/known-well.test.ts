import { describe, expect, it } from "vitest";
import { isKnownWell } from "./choose.ts";
import { UNKNOWN_HEALTH } from "./executor-health.ts";

describe("who is known well enough for a stream to rest on it", () => {
  it.each([
    [3, 0, true],
    [20, 0, true],
    [2, 0, false],
    [0, 0, false],
    [20, 1, false],
  ])("after %i answers, and %i failures since the last: %s", (answers, failures, isKnown) => {
    expect(isKnownWell({ health: { ...UNKNOWN_HEALTH, answers, failures } })).toBe(isKnown);
  });
});
