import { mostInboundTokens } from "@lloom/protocol/token-bounds";
import { describe, expect, it } from "vitest";
import { afterCounting, type CountedPrompts, surplusTokens, usualTemplate } from "./template.ts";

const HELLO = mostInboundTokens([{ content: "Hello" }]);
const counting = (...counts: readonly number[]): CountedPrompts | undefined =>
  counts.reduce<CountedPrompts | undefined>(
    (known, count) => afterCounting(known, { inboundTokens: BigInt(count), maxInboundTokens: HELLO }),
    undefined,
  );
const usual = (...all: readonly (CountedPrompts | undefined)[]): number =>
  usualTemplate(all.map((counted) => ({ counted })));

describe("what an executor counts for a template", () => {
  it("is what no text explains, and stays when it counts better later", () => {
    expect(counting(9, 149, 8)).toEqual({ stated: 144, least: 8 });
    expect(counting(3)).toEqual({ stated: 0, least: 3 });
  });

  it("is compared with the fewest that two have shown", () => {
    expect(usual()).toBe(48);
    expect(usual(counting(20), undefined)).toBe(48);
    expect(usual(counting(36), counting(20), counting(149))).toBe(36);
    expect(usual(counting(20), counting(36), counting(149))).toBe(36);
  });

  it("is not compared with what two liars make of it, either way", () => {
    expect(usual(counting(0), counting(0), counting(30))).toBe(16);
    expect(usual(counting(149), counting(149))).toBe(48);
  });

  it("is a surplus when it is far above", () => {
    expect(surplusTokens(undefined, 16)).toBe(0);
    expect(surplusTokens(counting(5 + 32), 16)).toBe(0);
    expect(surplusTokens(counting(5 + 33), 16)).toBe(17);
    expect(surplusTokens(counting(149), 48)).toBe(96);
  });
});
