import { stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { origin, time, total } from "./columns.ts";
import { tableNames } from "./contract-names.ts";

/*
 * What judges did to members. An id of a dispute (`disputeId`) belongs to the judge that uses it.
 */

export const power = onchainEnum("power", tableNames(stakeRegistryFacts.Power));
export const offence = onchainEnum("offence", tableNames(stakeRegistryFacts.Offence));
export const freezeMovementKind = onchainEnum("freeze_movement_kind", ["FREEZE", "UNFREEZE"]);
export const jailMovementKind = onchainEnum("jail_movement_kind", ["JAIL", "UNJAIL"]);
export const rewardMovementKind = onchainEnum("reward_movement_kind", ["TRANSFER", "WITHDRAW"]);

/** A dispute contract that was wired, for ever. */
export const judge = onchainTable("judge", (t) => ({
  address: t.hex().primaryKey(),
  power: power("power").notNull(),
  ...origin(t),
}));

export const freezeMovement = onchainTable(
  "freeze_movement",
  (t) => ({
    id: t.text().primaryKey(),
    memberAddress: t.hex().notNull(),
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    kind: freezeMovementKind("kind").notNull(),
    amount: t.bigint().notNull(),
    /** Sum of the member's freezes afterwards. */
    frozen: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    memberIdx: index().on(t.memberAddress, t.timestamp),
    disputeIdx: index().on(t.judgeAddress, t.disputeId),
    timeIdx: index().on(t.timestamp),
  }),
);

/**
 * Of stake `taken`, and of what later slashes had left waiting for this one: `restituted + toReporter + toVictim + toJury +
 * toTreasury + waiting`. What waits goes to earlier claims, or to the same accounts once those are over.
 */
export const slashing = onchainTable(
  "slashing",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    id: t.text().notNull(),
    memberAddress: t.hex().notNull(),
    offence: offence("offence").notNull(),
    /** Of these three the zero address stands for nobody. */
    reporter: t.hex().notNull(),
    victim: t.hex().notNull(),
    jury: t.hex().notNull(),
    taken: t.bigint().notNull(),
    /** To the victim, beside its share: what it lost and the escrow could not give back. */
    restituted: t.bigint().notNull(),
    toReporter: t.bigint().notNull(),
    toVictim: t.bigint().notNull(),
    toJury: t.bigint().notNull(),
    toTreasury: t.bigint().notNull(),
    /** Kept for claims that were frozen earlier. */
    waiting: t.bigint().notNull(),
    /** Active and unbonding stake afterwards. */
    stake: t.bigint().notNull(),
    unbonding: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.judgeAddress, t.disputeId] }),
    memberIdx: index().on(t.memberAddress, t.timestamp),
    timeIdx: index().on(t.timestamp),
  }),
);

export const strike = onchainTable(
  "strike",
  (t) => ({
    id: t.text().primaryKey(),
    memberAddress: t.hex().notNull(),
    judgeAddress: t.hex().notNull(),
    offence: offence("offence").notNull(),
    /** Half strikes that this one added, and those that then counted. */
    halves: t.bigint().notNull(),
    count: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({ memberIdx: index().on(t.memberAddress, t.timestamp), timeIdx: index().on(t.timestamp) }),
);

export const jailMovement = onchainTable(
  "jail_movement",
  (t) => ({
    id: t.text().primaryKey(),
    memberAddress: t.hex().notNull(),
    kind: jailMovementKind("kind").notNull(),
    /** Null for who was let out; so is the time. */
    judgeAddress: t.hex(),
    jailedUntil: time(t),
    ...origin(t),
  }),
  (t) => ({ memberIdx: index().on(t.memberAddress, t.timestamp), timeIdx: index().on(t.timestamp) }),
);

/** Shares of slashes that belong to an address; `credited - withdrawn` waits for it in the stake registry. */
export const rewardAccount = onchainTable("reward_account", (t) => ({
  address: t.hex().primaryKey(),
  /** Ever, less what was transferred away. */
  credited: total(t),
  withdrawn: total(t),
}));

/** Shares that left an account; how they got there, slash by slash, stands in `slashing`. */
export const rewardMovement = onchainTable(
  "reward_movement",
  (t) => ({
    id: t.text().primaryKey(),
    accountAddress: t.hex().notNull(),
    kind: rewardMovementKind("kind").notNull(),
    receiver: t.hex().notNull(),
    amount: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    accountIdx: index().on(t.accountAddress, t.timestamp),
    receiverIdx: index().on(t.receiver),
    transactionIdx: index().on(t.transactionHash),
  }),
);
