import { describe, expect, it } from "vitest";
import { allForms, NO_FORMS, withForms, wrongSteps } from "./validity.ts";

const counts = (valid: number, invalid: number) => withForms(NO_FORMS, "calls", { valid, invalid });

describe("how often answers had their form", () => {
  it("adds up by form, over several executors too", () => {
    const both = withForms(withForms(counts(3, 1), "schema", { valid: 5, invalid: 0 }), "calls", {
      valid: 1,
      invalid: 2,
    });
    expect(both).toEqual({ calls: { valid: 4, invalid: 3 }, schema: { valid: 5, invalid: 0 } });
    expect(allForms([undefined, both, counts(1, 0)])).toEqual({ ...both, calls: { valid: 5, invalid: 3 } });
    expect(allForms([undefined])).toBeUndefined();
  });

  it("ranks by the share of wrong ones, of which few say less than many", () => {
    const rising = [counts(1000, 0), counts(20, 0), counts(2, 0), undefined, counts(2, 3), counts(0, 9)];
    const steps = rising.map(wrongSteps);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBe(steps.length);
  });

  it("tells nobody apart whose share differs by less than two in a hundred", () => {
    expect(wrongSteps(counts(100, 0))).toBe(wrongSteps(counts(5_000, 0)));
    expect(wrongSteps(counts(1_000, 15))).toBe(wrongSteps(counts(1_000, 0)));
    expect(wrongSteps(counts(1_000, 60))).toBeGreaterThan(wrongSteps(counts(1_000, 0)));
  });

  it("counts calls and schemas alike", () => {
    expect(wrongSteps(withForms(NO_FORMS, "schema", { valid: 9, invalid: 2 }))).toBe(wrongSteps(counts(9, 2)));
  });
});
