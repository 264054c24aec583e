import { index, onchainTable, primaryKey } from "ponder";
import { auditTotals, count, membership, time, total, workTimes, workTotals } from "./columns.ts";
import { grade } from "./reputations.ts";

/** The one row of totals and of what the contracts were deployed with; its id is always "lloom". */
export const network = onchainTable("network", (t) => ({
  id: t.text().primaryKey(),
  chainId: t.bigint().notNull(),
  /** Of block 0: tells one run of a development chain from the next. */
  genesisHash: t.hex().notNull(),
  accounting: t.hex().notNull(),
  stakeRegistry: t.hex().notNull(),
  paymentToken: t.hex().notNull(),
  tokenSymbol: t.text().notNull(),
  tokenDecimals: t.integer().notNull(),
  unlockDelaySeconds: t.bigint().notNull(),
  unbondingPeriodSeconds: t.bigint().notNull(),
  executorMinimumStake: t.bigint().notNull(),
  validatorMinimumStake: t.bigint().notNull(),
  /** Gets the rest of every slash. */
  treasury: t.hex().notNull(),
  audits: t.hex().notNull(),
  auditEpochSeconds: t.bigint().notNull(),
  /** An executor is assigned to a validator once in so many epochs. */
  auditOdds: t.bigint().notNull(),
  /** Ever paid, registered or judged; active ones have their minimum at stake now, and are not in jail. */
  executorCount: count(t),
  activeExecutorCount: count(t),
  validatorCount: count(t),
  activeValidatorCount: count(t),
  clientCount: count(t),
  channelCount: count(t),
  laneCount: count(t),
  modelCount: count(t),
  pairRejectionCount: count(t),
  /** Members in jail now. */
  jailedCount: count(t),
  slashCount: count(t),
  faultProofCount: count(t),
  deliveryDisputeCount: count(t),
  measuredDisputeCount: count(t),
  /** Of both kinds, now. */
  openDisputeCount: count(t),
  auditReportCount: count(t),
  ...auditTotals(t),
  ...workTotals(t),
  deposited: total(t),
  clientWithdrawn: total(t),
  allocated: total(t),
  earningsWithdrawn: total(t),
  /** Active stake of all members; `unbonding` is on its way out. */
  staked: total(t),
  unbonding: total(t),
  frozen: total(t),
  /** The stake registry holds `staked + unbonding + slashed - rewardsWithdrawn`. */
  slashed: total(t),
  rewardsWithdrawn: total(t),
  /** Tails that judges hold now, and what clients got back ever; both were counted in `tailPaid` before. */
  tailHeld: total(t),
  tailRefunded: total(t),
  lastSettledAt: time(t),
}));

export const executor = onchainTable(
  "executor",
  (t) => ({
    ...membership(t),
    firstSeenAt: time(t).notNull(),
    /** Where its earnings were last paid out to, itself until then: executors with the same one have one owner. */
    operator: t.hex().notNull(),
    /** Earnings withdrawn ever. What may be withdrawn now depends on the clock: ask the contract. */
    withdrawn: total(t),
    /** Tails that judges hold now, and what clients got back ever. */
    tailHeld: total(t),
    tailRefunded: total(t),
    /** Earned ever, withdrawn or not: `paid - tailHeld - tailRefunded`. */
    earned: total(t),
    /** Base units for a million tokens, prompt and answer together: `paid * 1000000 / (inboundTokens + outboundTokens)`; null without any. */
    averagePrice: t.bigint(),
    disputesLost: count(t),
    /** Delivery and measured disputes against it, ever and now. */
    disputeCount: count(t),
    openDisputeCount: count(t),
    /** Answers that it had to put on chain. */
    forcedReveals: count(t),
    ...auditTotals(t),
    lastAuditedAt: time(t),
    /**
     * Epoch of its newest row in `reputation`, and what that says; null before it registers. It has aged since: what it
     * comes to now, `/reputation/now/ADDRESS` says.
     */
    reputationEpoch: t.integer(),
    trust: t.bigint(),
    grade: grade("grade"),
    clientCount: count(t),
    ...workTotals(t),
    ...workTimes(t),
  }),
  (t) => ({
    paidIdx: index().on(t.paid),
    earnedIdx: index().on(t.earned),
    stakeIdx: index().on(t.stake),
    lastIdx: index().on(t.lastSettledAt),
    trustIdx: index().on(t.trust),
    priceIdx: index().on(t.averagePrice),
    operatorIdx: index().on(t.operator),
  }),
);

export const validator = onchainTable(
  "validator",
  (t) => ({
    ...membership(t),
    /** When it made itself available as a juror; null for one that is not on the list. */
    enlistedAt: time(t),
    /** Seats on panels ever, votes that it revealed, and fines. */
    seatCount: count(t),
    voteCount: count(t),
    fineCount: count(t),
    auditReportCount: count(t),
    ...auditTotals(t),
  }),
  (t) => ({ stakeIdx: index().on(t.stake) }),
);

export const client = onchainTable(
  "client",
  (t) => ({
    address: t.hex().primaryKey(),
    firstSeenAt: time(t).notNull(),
    deposited: total(t),
    withdrawn: total(t),
    /** Free deposit. `deposited + tailRefunded = withdrawn + balance + allocated + paid`. */
    balance: total(t),
    allocated: total(t),
    /** Got back by disputes, ever. */
    tailRefunded: total(t),
    disputesLost: count(t),
    executorCount: count(t),
    ...workTotals(t),
    ...workTimes(t),
  }),
  (t) => ({ paidIdx: index().on(t.paid), lastIdx: index().on(t.lastSettledAt) }),
);

export const channel = onchainTable(
  "channel",
  (t) => ({
    clientAddress: t.hex().notNull(),
    executorAddress: t.hex().notNull(),
    balance: total(t),
    unlocking: total(t),
    unlockAt: time(t),
    laneCount: count(t),
    ...workTotals(t),
    ...workTimes(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.clientAddress, t.executorAddress] }),
    executorIdx: index().on(t.executorAddress, t.paid),
    unlockIdx: index().on(t.unlockAt),
  }),
);

export const lane = onchainTable(
  "lane",
  (t) => ({
    clientAddress: t.hex().notNull(),
    executorAddress: t.hex().notNull(),
    number: t.bigint().notNull(),
    nonce: t.bigint().notNull(),
    /** Paid for the lane ever, as the contract counts it: equal to `paid`. */
    cost: t.bigint().notNull(),
    /** Owed by the newest settled pair but not covered; can be resubmitted. */
    unpaid: t.bigint().notNull(),
    ...workTotals(t),
    ...workTimes(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.clientAddress, t.executorAddress, t.number] }),
    executorIdx: index().on(t.executorAddress, t.lastSettledAt),
  }),
);

export const model = onchainTable(
  "model",
  (t) => ({
    /** keccak256 of the name; the name itself is never on chain. */
    hash: t.hex().primaryKey(),
    executorCount: count(t),
    ...workTotals(t),
    ...workTimes(t),
  }),
  (t) => ({ paidIdx: index().on(t.paid) }),
);

/** What one executor did for one model. */
export const executorModel = onchainTable(
  "executor_model",
  (t) => ({ executorAddress: t.hex().notNull(), modelHash: t.hex().notNull(), ...workTotals(t), ...workTimes(t) }),
  (t) => ({
    pk: primaryKey({ columns: [t.executorAddress, t.modelHash] }),
    modelIdx: index().on(t.modelHash, t.paid),
  }),
);
