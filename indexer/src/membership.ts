import { executor, network, type role, stakeMovement, type stakeMovementKind, validator } from "ponder:schema";
import { enumName } from "@lloom/protocol/contract-enums";
import { stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { LloomError } from "@lloom/protocol/lloom-error";
import type { Hex } from "viem";
import type { originOf } from "./origin.ts";
import { type Stake, stakeDelta } from "./rollups.ts";
import { tableName } from "./schema/contract-names.ts";
import { addToNetwork, type Db, NETWORK_ID, seeExecutor } from "./totals.ts";

type Role = Extract<(typeof role.enumValues)[number], "EXECUTOR" | "VALIDATOR">;
type Member = Stake &
  Readonly<{ registeredAt: number | null; stakeWithdrawn: bigint; slashed: bigint; slashCount: number }>;
/** What an event can set in a member's row. */
type MemberColumns = Partial<Omit<Member, "active" | "registeredAt"> & { readonly unbondAt: number | null }>;
type Change = (before: Member) => MemberColumns;

interface Movement {
  readonly member: Hex;
  readonly kind: (typeof stakeMovementKind.enumValues)[number];
  readonly amount: bigint;
  readonly origin: ReturnType<typeof originOf>;
  /** The columns that the movement sets. */
  readonly change: Change;
}

/**
 * `IStakeRegistry.Role` of a registration as the tables have it. Stake of a role that is not known here would be counted for
 * another one: that ends indexing.
 */
export function roleOf(registered: number): Role {
  const role = tableName(enumName(stakeRegistryFacts.Role, registered));
  if (role === "EXECUTOR" || role === "VALIDATOR") return role;
  throw new LloomError("CHAIN_MISMATCH", `StakeRegistry has a role ${registered}, which this indexer does not know.`);
}

/**
 * Books a movement of stake. Who moves stake has registered: without that row the start block is wrong, and the update stops
 * indexing.
 */
export async function moveStake(db: Db, { member, kind, amount, origin, change }: Movement): Promise<void> {
  const { role, stake } = await changeMember(db, member, change);
  await db.insert(stakeMovement).values({ ...origin, memberAddress: member, role, kind, amount, stake });
}

/** Books a slash. Who has nothing to lose may have no role either: then no stake moves. */
export async function takeStake(db: Db, { member, amount, origin, change }: Omit<Movement, "kind">): Promise<Role> {
  await seeJudged(db, member, origin.timestamp);
  const { role, stake } = await changeMember(db, member, (before) => ({
    ...change(before),
    slashed: before.slashed + amount,
    slashCount: before.slashCount + 1,
  }));
  const row = { ...origin, memberAddress: member, role, kind: "SLASH", amount, stake } as const;
  if (amount > 0n) await db.insert(stakeMovement).values(row);
  return role;
}

/**
 * Changes a member's row and counts the difference. Events do not say the member's role, but a member has one role for ever.
 * Returns role and active stake afterwards.
 */
export async function changeMember(db: Db, address: Hex, change: Change): Promise<{ role: Role; stake: bigint }> {
  const asValidator = await db.find(validator, { address });
  const before = asValidator ?? (await db.find(executor, { address })) ?? NO_MEMBER;
  const role: Role = asValidator === null ? "EXECUTOR" : "VALIDATOR";
  const columns = change(before);
  const after = { ...before, ...columns };
  const isFree = after.registeredAt !== null && after.jailedUntil === null;
  const active = isFree && after.stake >= (await minimumStake(db, role));
  // First the difference: a row that was found shows what is written to it later.
  await countStake(db, role, stakeDelta(before, { ...after, active }));
  if (role === "VALIDATOR") await db.update(validator, { address }).set({ ...columns, active });
  else await db.update(executor, { address }).set({ ...columns, active });
  return { role, stake: after.stake };
}

/** Makes sure of a row for an address that a judge turned to: it may have no role. What executors do is judged. */
export async function seeJudged(db: Db, address: Hex, timestamp: number): Promise<void> {
  if ((await db.find(validator, { address })) === null) await seeExecutor(db, address, timestamp);
}

/** Takes what judges did to an address before it became a validator out of the executor's row that it had. */
export async function takeRecord(db: Db, address: Hex) {
  const row = await db.find(executor, { address });
  if (row === null) return {};
  const { jailedUntil, frozen, slashed, slashCount } = row;
  await db.update(executor, { address }).set({ jailedUntil: null, frozen: 0n, slashed: 0n, slashCount: 0 });
  return { jailedUntil, frozen, slashed, slashCount };
}

const NO_MEMBER: Member = {
  registeredAt: null,
  stake: 0n,
  unbonding: 0n,
  frozen: 0n,
  active: false,
  jailedUntil: null,
  stakeWithdrawn: 0n,
  slashed: 0n,
  slashCount: 0,
};

/** What makes a member of the role active, in base units. */
async function minimumStake(db: Db, role: Role): Promise<bigint> {
  const row = await db.find(network, { id: NETWORK_ID });
  return (role === "VALIDATOR" ? row?.validatorMinimumStake : row?.executorMinimumStake) ?? 0n;
}

async function countStake(db: Db, role: Role, { active, ...sums }: ReturnType<typeof stakeDelta>): Promise<void> {
  const count = role === "VALIDATOR" ? { activeValidatorCount: active } : { activeExecutorCount: active };
  await addToNetwork(db, { ...sums, ...count });
}
