import { describe, expect, it } from "vitest";
import { costUp, overchargeOf } from "./costs.ts";

const priced = (inboundTokens: bigint, outboundTokens: bigint, inboundPrice: bigint, outboundPrice: bigint) =>
  costUp({ inboundTokens, outboundTokens, inboundPrice, outboundPrice });

describe("costUp", () => {
  it("costs the price for exactly a million tokens", () => {
    expect(priced(1_000_000n, 0n, 150_000n, 600_000n)).toBe(150_000n);
    expect(priced(1_000_000n, 1_000_000n, 150_000n, 600_000n)).toBe(750_000n);
  });

  it("rounds up once for the sum, not once for each kind of token", () => {
    expect(priced(1n, 1n, 1n, 1n)).toBe(1n);
    expect(priced(500_000n, 500_000n, 1n, 1n)).toBe(1n);
    expect(priced(500_000n, 500_001n, 1n, 1n)).toBe(2n);
  });

  it("is free only when nothing is priced or nothing is counted", () => {
    expect(priced(0n, 0n, 1n, 1n)).toBe(0n);
    expect(priced(7n, 9n, 0n, 0n)).toBe(0n);
    expect(priced(0n, 1n, 0n, 1n)).toBe(1n);
  });

  it("holds the largest counts and prices exactly", () => {
    const [tokens, price] = [2n ** 32n - 1n, 2n ** 96n - 1n];
    const scaled = 2n * tokens * price;
    const cost = priced(tokens, tokens, price, price);
    expect(cost * 1_000_000n).toBeGreaterThanOrEqual(scaled);
    expect((cost - 1n) * 1_000_000n).toBeLessThan(scaled);
  });
});

describe("overchargeOf", () => {
  const prices = { inboundPrice: 1_000_000n, outboundPrice: 3_000_000n };
  const request = { ...prices } as Parameters<typeof overchargeOf>[0]["request"];
  const response = { inboundTokens: 100n, outboundTokens: 10n } as Parameters<typeof overchargeOf>[0]["response"];
  const overcharge = (inboundTokens: number, outboundTokens: number) =>
    overchargeOf({ request, response }, { inboundTokens, outboundTokens });

  it("is what the stated counts cost beyond those that are lower, each by itself", () => {
    expect(overcharge(60, 10)).toBe(40n);
    expect(overcharge(100, 8)).toBe(6n);
    expect(overcharge(60, 8)).toBe(46n);
  });

  it("is nothing by counts that are equal or higher, which make up for none that is lower", () => {
    expect(overcharge(100, 10)).toBe(0n);
    expect(overcharge(500, 50)).toBe(0n);
    expect(overcharge(500, 8)).toBe(6n);
  });

  it("rounds both costs as answers are rounded", () => {
    const cheap = { inboundPrice: 300_000n, outboundPrice: 0n } as typeof request;
    expect(overchargeOf({ request: cheap, response }, { inboundTokens: 1, outboundTokens: 10 })).toBe(29n);
  });
});
