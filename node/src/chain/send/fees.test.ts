import { FeeData } from "ethers";
import { expect, test } from "vitest";
import { type Fees, feesFrom, raisedFees } from "./fees.ts";

test("takes the market's fees, or its one price on chains without a base fee", () => {
  expect(feesFrom(new FeeData(9n, 20n, 2n))).toEqual({ maxFeePerGas: 20n, maxPriorityFeePerGas: 2n });
  for (const fees of [new FeeData(9n, null, null), new FeeData(9n, 20n, null), new FeeData(9n, null, 2n)])
    expect(feesFrom(fees)).toEqual({ gasPrice: 9n });
  expect(() => feesFrom(new FeeData(null, null, null))).toThrow(expect.objectContaining({ code: "CHAIN_UNREACHABLE" }));
});

test("raises both fees by more than an eighth, and at least to the market's", () => {
  const market: Fees = { maxFeePerGas: 50n, maxPriorityFeePerGas: 1n };
  let fees: Extract<Fees, { maxFeePerGas: bigint }> = { maxFeePerGas: 1000n, maxPriorityFeePerGas: 0n };
  for (let round = 0; round < 20; round++) {
    const next = raisedFees(fees, market) as typeof fees;
    expect(next.maxFeePerGas * 8n).toBeGreaterThanOrEqual(fees.maxFeePerGas * 9n);
    expect(next.maxPriorityFeePerGas * 8n).toBeGreaterThanOrEqual(fees.maxPriorityFeePerGas * 9n);
    expect(next.maxPriorityFeePerGas).toBeGreaterThan(fees.maxPriorityFeePerGas);
    fees = next;
  }
  expect(raisedFees({ maxFeePerGas: 8n, maxPriorityFeePerGas: 8n }, market)).toEqual({
    maxFeePerGas: 50n,
    maxPriorityFeePerGas: 11n,
  });
  expect(raisedFees({ gasPrice: 8n }, { gasPrice: 100n })).toEqual({ gasPrice: 100n });
  expect(raisedFees({ gasPrice: 8n }, market)).toEqual({ gasPrice: 50n });
  expect(raisedFees({ maxFeePerGas: 8n, maxPriorityFeePerGas: 8n }, { gasPrice: 100n })).toEqual({
    maxFeePerGas: 100n,
    maxPriorityFeePerGas: 11n,
  });
});
