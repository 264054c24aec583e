import { describe, expect, it } from "vitest";
import { borderInput, isFlipped } from "./border-input.ts";

const TEXTS: Readonly<Record<number, string>> = { 1: "Yes", 2: "No", 3: "Y", 4: "", 5: "\uFFFD" };
const textOf = (token: number): string => TEXTS[token] ?? "";
const place = (lead: number, first = 1, second = 2) =>
  new Map([
    [first, -700],
    [second, -700 - lead],
  ]);

describe("a border input", () => {
  it("leads by more than honest nodes differ, and not by far more", () => {
    expect(borderInput(place(60), 50, textOf)).toEqual({ expected: "Yes", other: "No" });
    expect(borderInput(place(50), 50, textOf)).toBeUndefined();
    expect(borderInput(place(100), 50, textOf)).toEqual({ expected: "Yes", other: "No" });
    expect(borderInput(place(101), 50, textOf)).toBeUndefined();
  });

  it("is none whose texts cannot be told apart, or are none", () => {
    for (const second of [3, 4, 5]) expect(borderInput(place(60, 1, second), 50, textOf)).toBeUndefined();
    expect(borderInput(place(60, 3, 1), 50, textOf)).toBeUndefined();
    expect(borderInput(new Map([[1, -1]]), 50, textOf)).toBeUndefined();
  });

  it("is flipped by an answer that begins otherwise", () => {
    const input = { expected: "Yes", other: "No" };
    expect(isFlipped(input, "Yes, it is.")).toBe(false);
    expect(isFlipped(input, "No.")).toBe(true);
    expect(isFlipped(input, "Perhaps")).toBe(true);
    expect(isFlipped(input, "")).toBe(false);
  });
});
