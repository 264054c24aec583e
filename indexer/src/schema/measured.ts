import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { origin, time, total } from "./columns.ts";
import { tableNames } from "./contract-names.ts";

export const measuredKind = onchainEnum("measured_kind", tableNames(measuredDisputesFacts.Kind));
export const measuredState = onchainEnum("measured_state", tableNames(measuredDisputesFacts.State));
export const measuredOutcome = onchainEnum("measured_outcome", tableNames(measuredDisputesFacts.Outcome));
export const juryVerdict = onchainEnum("jury_verdict", tableNames(juryFacts.Verdict));

/** A complaint that a jury decides: about the model of answers, or about their counts. */
export const measuredDispute = onchainTable(
  "measured_dispute",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    id: t.text().notNull(),
    kind: measuredKind("kind").notNull(),
    executorAddress: t.hex().notNull(),
    challenger: t.hex().notNull(),
    /** Who paid the bond. */
    payer: t.hex().notNull(),
    state: measuredState("state").notNull(),
    /** Of the present state; null where it has no deadline of its own. */
    until: time(t),
    round: t.integer().notNull(),
    answerCount: t.bigint().notNull(),
    /** Hash of what the challenger gives to the jurors, and of what the executor does; null if it gave nothing. */
    evidenceHash: t.hex().notNull(),
    executorEvidenceHash: t.hex(),
    /** Base units of the payment token, like all amounts here. */
    bond: t.bigint().notNull(),
    /** Largest slash, and what of it would make good for costs that had left the escrow. */
    penalty: t.bigint().notNull(),
    restitution: t.bigint().notNull(),
    /** What the last panel found, or the arbitrator. */
    verdict: juryVerdict("verdict").notNull(),
    outcome: measuredOutcome("outcome").notNull(),
    /** The arbitrator's number of it; null unless it was asked. */
    arbitratorId: t.bigint(),
    halfStrikes: t.bigint(),
    /** Where the money went; all zero until it is closed. Of answers: */
    refunded: total(t),
    released: total(t),
    /** Of the slash: */
    slashRestituted: total(t),
    slashReporter: total(t),
    slashJury: total(t),
    slashTreasury: total(t),
    /** Of bond and appeals' deposits: */
    returned: total(t),
    fees: total(t),
    compensation: total(t),
    treasury: total(t),
    /** Null while it is open. */
    closedAt: time(t),
    closedTransactionHash: t.hex(),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.judgeAddress, t.disputeId] }),
    executorIdx: index().on(t.executorAddress, t.timestamp),
    challengerIdx: index().on(t.challenger, t.timestamp),
    stateIdx: index().on(t.state, t.until),
    timeIdx: index().on(t.timestamp),
  }),
);

/** An answer that a measured dispute is about. */
export const disputedAnswer = onchainTable(
  "disputed_answer",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    requestHash: t.hex().notNull(),
    id: t.text().notNull(),
    responseHash: t.hex().notNull(),
    clientAddress: t.hex().notNull(),
    laneNumber: t.bigint().notNull(),
    nonce: t.bigint().notNull(),
    /** As the challenger counted; zero where counts are not what it complains of, like the next two. */
    inboundTokens: t.bigint().notNull(),
    outboundTokens: t.bigint().notNull(),
    overcharge: t.bigint().notNull(),
    paid: t.bigint().notNull(),
    /** What of it can still be refunded, and what of that the escrow holds. */
    tail: t.bigint().notNull(),
    held: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.judgeAddress, t.disputeId, t.requestHash] }),
    clientIdx: index().on(t.clientAddress, t.timestamp),
    requestIdx: index().on(t.requestHash),
  }),
);
