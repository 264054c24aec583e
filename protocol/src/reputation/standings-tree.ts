/** One hash over everybody's reputation in an epoch, in which each executor has a leaf. */
import type { Address, Hex } from "../commitment-types.ts";
import { hexToBytes } from "../hex.ts";
import { merkleRoot } from "../merkle.ts";
import type { ReputationState } from "./fold.ts";
import { type Standing, standingOf } from "./standing.ts";

/** A registered executor with its standing. */
export interface ExecutorStanding extends Standing {
  readonly executor: Address;
}

const WORD_BYTES = 32;

/** Words of 32 bytes, as ABI encoding has them: executor and epoch, then inputs and results. */
export function standingLeaf({ executor, ...standing }: ExecutorStanding): Uint8Array {
  const { epoch, stake, passed, failed, unanswered, receipts, strikes, lower, trust } = standing;
  const integers = [epoch, stake, passed, failed, unanswered, receipts, strikes, lower, trust];
  const words = [BigInt(executor), ...integers].map((value) => value.toString(16).padStart(2 * WORD_BYTES, "0"));
  return hexToBytes(`0x${words.join("")}`);
}

/** Standings in the order of the tree: ascending by address, of which each has one. */
export const inTreeOrder = (standings: readonly ExecutorStanding[]): ExecutorStanding[] =>
  [...standings].sort((a, b) => (a.executor < b.executor ? -1 : 1));

/** Root over the leaves in the order of the tree. */
export const standingsRoot = (standings: readonly ExecutorStanding[]): Hex =>
  merkleRoot(inTreeOrder(standings).map(standingLeaf));

/** Standings of all registered executors in an epoch, in the order of the tree. */
export function standingsOf({ rules, executors }: ReputationState, epoch: bigint): ExecutorStanding[] {
  const registered = [...executors].filter(([, { executor }]) => executor?.registered);
  return inTreeOrder(
    registered.map(([executor, { executor: row, auditors }]) => ({
      executor,
      ...standingOf(rules, { executor: row, auditors: auditors.values() }, epoch),
    })),
  );
}
