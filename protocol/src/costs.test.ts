import { describe, expect, it } from "vitest";
import { costUp } from "./costs.ts";

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
