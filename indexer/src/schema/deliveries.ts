import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { origin, time, total } from "./columns.ts";
import { tableNames } from "./contract-names.ts";

export const deliveryState = onchainEnum("delivery_state", tableNames(deliveryDisputesFacts.State));

/** A client's complaint that an answer which was paid never came. The judge's id of it is the digest of the response. */
export const deliveryDispute = onchainTable(
  "delivery_dispute",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    id: t.text().notNull(),
    clientAddress: t.hex().notNull(),
    executorAddress: t.hex().notNull(),
    requestHash: t.hex().notNull(),
    /** Merkle root over what the executor says that it sent. */
    deliveryHash: t.hex().notNull(),
    laneNumber: t.bigint().notNull(),
    nonce: t.bigint().notNull(),
    /** Who posted the bond. */
    opener: t.hex().notNull(),
    state: deliveryState("state").notNull(),
    /** Last second in which the executor may show the answer. */
    revealBy: time(t).notNull(),
    /** Paid for the answer; of it `held` had not matured and is in the escrow's hold until the end. */
    paid: t.bigint().notNull(),
    held: t.bigint().notNull(),
    /** Stake that a default costs beyond what was paid. */
    penalty: t.bigint().notNull(),
    /** Wei. */
    bond: t.bigint().notNull(),
    /** Bytes of the answer that stand on chain, and how many chunks it has by the word of who revealed it. */
    revealedBytes: t.integer().notNull().default(0),
    chunkCount: t.bigint(),
    /** Of what was paid: to the executor, to the client out of the hold, to the client beyond that. Zero while open. */
    released: total(t),
    refunded: total(t),
    repaid: total(t),
    slashed: total(t),
    /** Null while it is open, like the two after it. */
    closedBy: t.hex(),
    closedAt: time(t),
    closedTransactionHash: t.hex(),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.judgeAddress, t.disputeId] }),
    executorIdx: index().on(t.executorAddress, t.timestamp),
    clientIdx: index().on(t.clientAddress, t.timestamp),
    requestIdx: index().on(t.requestHash),
    stateIdx: index().on(t.state, t.revealBy),
    timeIdx: index().on(t.timestamp),
  }),
);

/** Wei of bonds that a judge owes an address: `credited - withdrawn`. */
export const bondAccount = onchainTable(
  "bond_account",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    address: t.hex().notNull(),
    credited: total(t),
    withdrawn: total(t),
  }),
  (t) => ({ pk: primaryKey({ columns: [t.judgeAddress, t.address] }), addressIdx: index().on(t.address) }),
);
