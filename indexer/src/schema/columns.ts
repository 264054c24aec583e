import type { PgColumnsBuilders } from "ponder";

export const total = (t: PgColumnsBuilders) => t.bigint().notNull().default(0n);
export const count = (t: PgColumnsBuilders) => t.integer().notNull().default(0);

/** Sums over settlements; `paid` is `acknowledgedPaid + tailPaid`. */
export const workTotals = (t: PgColumnsBuilders) => ({
  settlementCount: count(t),
  requests: total(t),
  inboundTokens: total(t),
  outboundTokens: total(t),
  acknowledgedPaid: total(t),
  tailPaid: total(t),
  paid: total(t),
});

export const workTimes = (t: PgColumnsBuilders) => ({ firstSettledAt: t.integer(), lastSettledAt: t.integer() });

/** Where an event happened. */
export const origin = (t: PgColumnsBuilders) => ({
  block: t.bigint().notNull(),
  timestamp: t.integer().notNull(),
  transactionHash: t.hex().notNull(),
});

/** Registration and stake; the same for both roles. `active`: registered, with at least the role's minimum at stake. */
export const membership = (t: PgColumnsBuilders) => ({
  address: t.hex().primaryKey(),
  /** As libp2p writes it (16Uiu2…); the hex of the bytes when they are no peer id. */
  peerId: t.text(),
  metadataURI: t.text(),
  registeredAt: t.integer(),
  stake: total(t),
  unbonding: total(t),
  /** When the unbonding stake may be withdrawn; null while nothing is unbonding. */
  unbondAt: t.integer(),
  stakeWithdrawn: total(t),
  active: t.boolean().notNull().default(false),
});
