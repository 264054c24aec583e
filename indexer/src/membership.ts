import { executor, network, type role, stakeMovement, type stakeMovementKind, validator } from "ponder:schema";
import type { Hex } from "viem";
import type { originOf } from "./origin.ts";
import { type Stake, stakeDelta } from "./rollups.ts";
import { addToNetwork, type Db, NETWORK_ID } from "./totals.ts";

type Role = (typeof role.enumValues)[number];
type MemberStake = Stake & { readonly stakeWithdrawn: bigint };

interface Movement {
  readonly member: Hex;
  readonly kind: (typeof stakeMovementKind.enumValues)[number];
  readonly amount: bigint;
  readonly origin: ReturnType<typeof originOf>;
  /** The columns that the movement sets. */
  readonly change: (before: MemberStake) => StakeColumns;
}

interface StakeColumns {
  /** Active stake afterwards. */
  readonly stake: bigint;
  readonly unbonding?: bigint;
  readonly unbondAt?: number | null;
  readonly stakeWithdrawn?: bigint;
}

/** `IStakeRegistry.Role` as the tables have it; index 0, no role, is never registered. */
export const roleOf = (registered: number): Role => (registered === 2 ? "VALIDATOR" : "EXECUTOR");

/**
 * Books a movement of stake. Its event does not say the member's role, but a member has one role for ever. Who moves stake
 * has registered: without that row the start block is wrong, and the update stops indexing.
 */
export async function moveStake(db: Db, movement: Movement): Promise<void> {
  const { member, kind, amount, origin } = movement;
  const key = { address: member };
  const asValidator = await db.find(validator, key);
  const before = asValidator ?? (await db.find(executor, key)) ?? NO_STAKE;
  const role: Role = asValidator === null ? "EXECUTOR" : "VALIDATOR";
  const columns = movement.change(before);
  const active = columns.stake >= (await minimumStake(db, role));
  // First the difference: a row that was found shows what is written to it later.
  await countStake(db, role, stakeDelta(before, { ...before, ...columns, active }));
  if (role === "VALIDATOR") await db.update(validator, key).set({ ...columns, active });
  else await db.update(executor, key).set({ ...columns, active });
  await db.insert(stakeMovement).values({ ...origin, memberAddress: member, role, kind, amount, stake: columns.stake });
}

const NO_STAKE: MemberStake = { stake: 0n, unbonding: 0n, active: false, stakeWithdrawn: 0n };

/** What makes a member of the role active, in base units. */
async function minimumStake(db: Db, role: Role): Promise<bigint> {
  const row = await db.find(network, { id: NETWORK_ID });
  return (role === "VALIDATOR" ? row?.validatorMinimumStake : row?.executorMinimumStake) ?? 0n;
}

async function countStake(db: Db, role: Role, { active, ...sums }: ReturnType<typeof stakeDelta>): Promise<void> {
  const count = role === "VALIDATOR" ? { activeValidatorCount: active } : { activeExecutorCount: active };
  await addToNetwork(db, { ...sums, ...count });
}
