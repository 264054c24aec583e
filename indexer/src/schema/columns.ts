import type { PgColumnsBuilders } from "ponder";

export const total = (t: PgColumnsBuilders) => t.bigint().notNull().default(0n);
export const count = (t: PgColumnsBuilders) => t.integer().notNull().default(0);

/**
 * Whole Unix seconds. A column of integers, also of 53 bits, is served as GraphQL's Int, whose 32 bits end in 2038, or when a
 * development chain's clock was moved there; a double is served as Float, and holds every whole second exactly.
 */
export const time = (t: PgColumnsBuilders) => t.doublePrecision();

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

export const workTimes = (t: PgColumnsBuilders) => ({ firstSettledAt: time(t), lastSettledAt: time(t) });

/** Where an event happened. */
export const origin = (t: PgColumnsBuilders) => ({
  block: t.bigint().notNull(),
  timestamp: time(t).notNull(),
  transactionHash: t.hex().notNull(),
});

/** Sums over rows of validators' reports: what was found out, one row a piece. */
export const auditTotals = (t: PgColumnsBuilders) => ({
  auditCount: count(t),
  auditsPassed: count(t),
  auditsFailed: count(t),
  auditsUnanswered: count(t),
  auditsInconclusive: count(t),
});

/**
 * Registration, stake, and what judges did; the same for both roles. `active`: registered, with at least the role's minimum
 * at stake, and not in jail.
 */
export const membership = (t: PgColumnsBuilders) => ({
  address: t.hex().primaryKey(),
  /** As libp2p writes it (16Uiu2…); the hex of the bytes when they are no peer id. */
  peerId: t.text(),
  metadataURI: t.text(),
  registeredAt: time(t),
  stake: total(t),
  unbonding: total(t),
  /** When the unbonding stake may be withdrawn; null while nothing is unbonding. */
  unbondAt: time(t),
  stakeWithdrawn: total(t),
  /** When a member in jail may ask to be let out; null for one that is not in jail. The time alone lets nobody out. */
  jailedUntil: time(t),
  /** Stake that open disputes keep from being withdrawn; can exceed what is left. */
  frozen: total(t),
  /** Stake lost ever; a slash that found none counts too. */
  slashed: total(t),
  slashCount: count(t),
  active: t.boolean().notNull().default(false),
});
