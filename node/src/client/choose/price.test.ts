import { describe, expect, it } from "vitest";
import { estimatedTokens, expectedCost, isTooDear, lowestLimit } from "./price.ts";

describe("a price", () => {
  it("is too dear when either side is above its limit, and no side has a limit unless it is set", () => {
    const offer = { inboundPrice: 10n, outboundPrice: 40n };
    expect(isTooDear(offer, {})).toBe(false);
    expect(isTooDear(offer, { inbound: 10n, outbound: 40n })).toBe(false);
    expect(isTooDear(offer, { inbound: 9n, outbound: 40n })).toBe(true);
    expect(isTooDear(offer, { inbound: 10n, outbound: 39n })).toBe(true);
    expect(isTooDear(offer, { inbound: 9n })).toBe(true);
    expect(isTooDear(offer, { outbound: 39n })).toBe(true);
  });

  it("has the lower of two limits, each side for itself", () => {
    expect(lowestLimit(undefined, { inbound: 5n })).toEqual({ inbound: 5n, outbound: undefined });
    expect(lowestLimit({ inbound: 4n, outbound: 9n }, { inbound: 5n, outbound: 8n })).toEqual({
      inbound: 4n,
      outbound: 8n,
    });
    expect(lowestLimit({ inbound: 4n }, {})).toEqual({ inbound: 4n, outbound: undefined });
    expect(lowestLimit({ inbound: 5n }, { inbound: 5n, outbound: 7n })).toEqual({ inbound: 5n, outbound: 7n });
  });

  it("is weighed by four bytes a token", () => {
    expect([0n, 3n, 4n, 4000n].map(estimatedTokens)).toEqual([0n, 0n, 1n, 1000n]);
  });

  it("is expected for prompt and longest answer together, divided by the square of the success, of a twentieth at least", () => {
    const cost = expectedCost({ inboundTokens: 10n, maxOutboundTokens: 100n });
    const asking = (success: number) =>
      cost({ inboundPrice: 3, outboundPrice: 2, health: { success, answers: 0 }, reputation: undefined });
    expect([1, 0.5, 0.05, 0].map(asking)).toEqual([231, 924, 231 / 0.05 ** 2, 231 / 0.05 ** 2]);
    const free = { inboundPrice: 0, outboundPrice: 0, health: { success: 1, answers: 0 }, reputation: undefined };
    expect(cost(free)).toBe(1);
    expect(cost({ ...free, reputation: { trust: 0, grade: "C" } })).toBe(1.5);
  });
});
