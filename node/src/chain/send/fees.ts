import type { FeeData } from "ethers";
import { LloomError } from "../../errors.ts";

/** What a transaction offers per gas, in wei: as EIP-1559, or one price on chains without it. */
export type Fees =
  | { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
  | { readonly gasPrice: bigint };

/** Twice the base fee plus a tip: ethers' rule, which lasts for six full blocks. */
export function feesFrom({ maxFeePerGas, maxPriorityFeePerGas, gasPrice }: FeeData): Fees {
  if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) return { maxFeePerGas, maxPriorityFeePerGas };
  if (gasPrice !== null) return { gasPrice };
  throw new LloomError("CHAIN_UNREACHABLE", "The RPC server names no gas price.");
}

/**
 * Fees for the same nonce that nodes take in the place of the last ones: at least an eighth more of both (geth's rule;
 * a quarter here, so that it takes fewer rounds), and no less than the market asks now.
 */
export function raisedFees(last: Fees, market: Fees): Fees {
  if ("gasPrice" in last) {
    return { gasPrice: larger(raised(last.gasPrice), "gasPrice" in market ? market.gasPrice : market.maxFeePerGas) };
  }
  const now = "gasPrice" in market ? { maxFeePerGas: market.gasPrice, maxPriorityFeePerGas: 0n } : market;
  return {
    maxFeePerGas: larger(raised(last.maxFeePerGas), now.maxFeePerGas),
    maxPriorityFeePerGas: larger(raised(last.maxPriorityFeePerGas), now.maxPriorityFeePerGas),
  };
}

const raised = (fee: bigint): bigint => (fee * 5n) / 4n + 1n;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
