import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../chain.ts";
import { readFor } from "../reads.ts";

/** What an executor earned, as the contract books it. Amounts in base units. */
export interface Earnings {
  /** Ever, less the tails that disputes hold or gave back. */
  readonly settled: bigint;
  readonly withdrawn: bigint;
  readonly withdrawable: bigint;
  /** Pay for last answers, which can still be disputed; soonest first. */
  readonly maturing: readonly Maturing[];
}

/** Earnings that can be withdrawn from a moment on, unless a dispute takes them before. */
export interface Maturing {
  readonly amount: bigint;
  /** Unix seconds. */
  readonly maturesAt: bigint;
}

/** The contract books last answers by the day (`Maturity.EPOCH`): each matures when the day after its own ends. */
export const EPOCH_SECONDS = 86_400n;

interface Booked {
  readonly settled: bigint;
  readonly withdrawn: bigint;
  readonly currentTail: bigint;
  readonly previousTail: bigint;
  readonly epoch: bigint;
}

/** Reads it at the latest block. Throws as all reads do. */
export async function readEarnings(chain: Chain, executor: Address): Promise<Earnings> {
  const { accounting } = chain.contracts;
  const [booked, nowSeconds] = await readFor(
    "the earnings",
    Promise.all([accounting.earnings(executor), chain.nowSeconds()]),
  );
  return earningsOf(booked, nowSeconds);
}

/** What the contract's numbers come to at a time, Unix seconds. */
export function earningsOf(booked: Booked, nowSeconds: bigint): Earnings {
  const { settled, withdrawn, currentTail, previousTail, epoch } = booked;
  const maturing = [
    { amount: previousTail, maturesAt: (epoch + 1n) * EPOCH_SECONDS },
    { amount: currentTail, maturesAt: (epoch + 2n) * EPOCH_SECONDS },
  ].filter(({ amount, maturesAt }) => amount > 0n && maturesAt > nowSeconds);
  const unmatured = maturing.reduce((sum, { amount }) => sum + amount, 0n);
  return { settled, withdrawn, withdrawable: settled - withdrawn - unmatured, maturing };
}
