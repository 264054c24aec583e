import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../node/src/chain/chain.ts";

/** What `withdrawEarnings` would pay now, base units. */
export const readWithdrawable = ({ contracts }: Chain, executor: Address): Promise<bigint> =>
  contracts.accounting.withdrawableEarnings(executor);

/** Settled money of last answers that has not matured, base units. */
export const readUnmaturedTail = ({ contracts }: Chain, executor: Address): Promise<bigint> =>
  contracts.accounting.unmaturedTail(executor);
