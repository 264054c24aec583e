import { accountingV2Facts, stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { index, onchainEnum, onchainTable } from "ponder";
import { count, origin, time, total } from "./columns.ts";
import { tableNames } from "./contract-names.ts";

export const role = onchainEnum("role", tableNames(stakeRegistryFacts.Role));
export const clientMovementKind = onchainEnum("client_movement_kind", [
  "DEPOSIT",
  "WITHDRAW",
  "ALLOCATE",
  "UNLOCK_REQUEST",
  "UNLOCK_CANCEL",
  "UNLOCK_FINALIZE",
  "RELEASE",
  "REFUND",
]);
export const stakeMovementKind = onchainEnum("stake_movement_kind", [
  "REGISTER",
  "STAKE",
  "UNBOND_REQUEST",
  "UNBOND_CANCEL",
  "WITHDRAW",
  "SLASH",
]);
export const rejectionReason = onchainEnum("rejection_reason", tableNames(accountingV2Facts.Rejection));

export const settlement = onchainTable(
  "settlement",
  (t) => ({
    id: t.text().primaryKey(),
    clientAddress: t.hex().notNull(),
    executorAddress: t.hex().notNull(),
    laneNumber: t.bigint().notNull(),
    nonce: t.bigint().notNull(),
    requests: t.bigint().notNull(),
    requestHash: t.hex().notNull(),
    responseHash: t.hex().notNull(),
    modelHash: t.hex().notNull(),
    inboundTokens: t.bigint().notNull(),
    outboundTokens: t.bigint().notNull(),
    acknowledgedPaid: t.bigint().notNull(),
    tailPaid: t.bigint().notNull(),
    paid: t.bigint().notNull(),
    laneCost: t.bigint().notNull(),
    unpaid: t.bigint().notNull(),
    channelBalance: t.bigint().notNull(),
    /** Who sent the transaction: anyone may settle. */
    submitter: t.hex().notNull(),
    /**
     * When the newest of the answers was finished, by the executor's clock, which nothing holds to the truth. From the
     * transaction's data; null where another contract passed them on.
     */
    answeredAt: time(t),
    ...origin(t),
  }),
  (t) => ({
    timeIdx: index().on(t.timestamp, t.id),
    executorIdx: index().on(t.executorAddress, t.timestamp),
    clientIdx: index().on(t.clientAddress, t.timestamp),
    modelIdx: index().on(t.modelHash, t.timestamp),
    requestIdx: index().on(t.requestHash),
    responseIdx: index().on(t.responseHash),
    transactionIdx: index().on(t.transactionHash),
    blockIdx: index().on(t.block),
  }),
);

/** A transaction that settled or skipped pairs, and what it cost whoever sent it. */
export const settlementTransaction = onchainTable(
  "settlement_transaction",
  (t) => ({
    hash: t.hex().primaryKey(),
    submitter: t.hex().notNull(),
    /** Of the whole transaction, whatever else it did. */
    gasUsed: t.bigint().notNull(),
    /** Wei for a unit of gas. */
    gasPrice: t.bigint().notNull(),
    settlementCount: count(t),
    rejectionCount: count(t),
    requests: total(t),
    paid: total(t),
    block: t.bigint().notNull(),
    timestamp: time(t).notNull(),
  }),
  (t) => ({ timeIdx: index().on(t.timestamp), submitterIdx: index().on(t.submitter, t.timestamp) }),
);

/** A pair that a batch skipped. The event names neither client nor executor; `submitter` sent the transaction. */
export const pairRejection = onchainTable(
  "pair_rejection",
  (t) => ({
    id: t.text().primaryKey(),
    position: t.bigint().notNull(),
    requestHash: t.hex().notNull(),
    reason: rejectionReason("reason").notNull(),
    submitter: t.hex().notNull(),
    ...origin(t),
  }),
  (t) => ({
    timeIdx: index().on(t.timestamp),
    requestIdx: index().on(t.requestHash),
    transactionIdx: index().on(t.transactionHash),
  }),
);

/** Money of a client on its way into, within or out of the escrow; settlements are a table of their own. */
export const clientMovement = onchainTable(
  "client_movement",
  (t) => ({
    id: t.text().primaryKey(),
    clientAddress: t.hex().notNull(),
    kind: clientMovementKind("kind").notNull(),
    amount: t.bigint().notNull(),
    /** The channel's executor; null for deposits and withdrawals. */
    executorAddress: t.hex(),
    /** Payer of a deposit, receiver of a withdrawal. */
    counterparty: t.hex(),
    ...origin(t),
  }),
  (t) => ({
    clientIdx: index().on(t.clientAddress, t.timestamp),
    timeIdx: index().on(t.timestamp),
    transactionIdx: index().on(t.transactionHash),
    blockIdx: index().on(t.block),
  }),
);

export const earningsWithdrawal = onchainTable(
  "earnings_withdrawal",
  (t) => ({
    id: t.text().primaryKey(),
    executorAddress: t.hex().notNull(),
    receiver: t.hex().notNull(),
    amount: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    executorIdx: index().on(t.executorAddress, t.timestamp),
    transactionIdx: index().on(t.transactionHash),
  }),
);

export const stakeMovement = onchainTable(
  "stake_movement",
  (t) => ({
    id: t.text().primaryKey(),
    memberAddress: t.hex().notNull(),
    role: role("role").notNull(),
    kind: stakeMovementKind("kind").notNull(),
    amount: t.bigint().notNull(),
    /** Active stake afterwards. */
    stake: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    memberIdx: index().on(t.memberAddress, t.timestamp),
    timeIdx: index().on(t.timestamp),
    transactionIdx: index().on(t.transactionHash),
  }),
);

export const sessionSigner = onchainTable(
  "session_signer",
  (t) => ({
    address: t.hex().primaryKey(),
    principalAddress: t.hex().notNull(),
    authorizedAt: time(t).notNull(),
    /** When a revoked signer stops counting; null while in force. */
    thawEnd: time(t),
  }),
  (t) => ({ principalIdx: index().on(t.principalAddress) }),
);
