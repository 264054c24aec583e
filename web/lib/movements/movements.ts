import type { Hex } from "@lloom/protocol/commitment-types";
import { STAKE_WORDS } from "../executors/stake-words.ts";
import type { ClientMovement, EarningsWithdrawal, MemberMovement, RewardMovement } from "./rows.ts";
import { CLIENT_MOVE_WORDS, REWARD_MOVE_WORDS } from "./words.ts";

/** Money that moved, whoever's and however. */
export interface Movement {
  readonly id: string;
  readonly what: string;
  /** Whose money it is. */
  readonly account: Hex;
  /** The other end: an executor, a payer or a receiver; undefined where it is the account itself. */
  readonly other: Hex | undefined;
  readonly amount: bigint;
  readonly block: bigint;
  readonly timestamp: number;
  readonly transactionHash: Hex;
}

/** Rows of the tables that money moves in. */
export interface MovementRows {
  readonly client: readonly ClientMovement[];
  readonly stake: readonly MemberMovement[];
  readonly earnings: readonly EarningsWithdrawal[];
  readonly rewards: readonly RewardMovement[];
}

interface Told {
  readonly id: string;
  readonly amount: bigint;
  readonly block: bigint;
  readonly timestamp: number;
  readonly transactionHash: Hex;
}

function movement(row: Told, what: string, account: Hex, other: Hex | null): Movement {
  const { id, amount, block, timestamp, transactionHash } = row;
  const end = other === null || other === account ? undefined : other;
  return { ...{ id, amount, block, timestamp, transactionHash }, what, account, other: end };
}

/** All that moved, the newest first. */
export function movementsOf({ client, stake, earnings, rewards }: MovementRows): readonly Movement[] {
  return [
    ...client.map((row) =>
      movement(row, CLIENT_MOVE_WORDS[row.kind], row.clientAddress, row.executorAddress ?? row.counterparty),
    ),
    ...stake.map((row) => movement(row, STAKE_WORDS[row.kind], row.memberAddress, null)),
    ...earnings.map((row) => movement(row, "Withdrew earnings", row.executorAddress, row.receiver)),
    ...rewards.map((row) => movement(row, REWARD_MOVE_WORDS[row.kind], row.accountAddress, row.receiver)),
  ].sort((a, b) => Number(b.block - a.block) || (a.id < b.id ? 1 : -1));
}
