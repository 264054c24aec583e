import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { origin, total } from "./columns.ts";

/*
 * Deposits of measured disputes: base units of the payment token, kept by a contract of their own. Bonds of delivery
 * disputes are wei, in `bondAccount`.
 */

export const creditMovementKind = onchainEnum("credit_movement_kind", ["DEPOSIT", "CREDIT", "ADD", "WITHDRAW"]);

/** What an address may take out or pay deposits with: `credit`, which is `credited - spent - withdrawn`. */
export const creditAccount = onchainTable(
  "credit_account",
  (t) => ({
    depositsAddress: t.hex().notNull(),
    address: t.hex().notNull(),
    credit: total(t),
    /** Ever: out of disputes that ended, and what anybody added. */
    credited: total(t),
    /** Ever: deposits that were paid out of the credit. */
    spent: total(t),
    withdrawn: total(t),
    /** Ever: deposits of disputes, out of the credit or not. */
    deposited: total(t),
  }),
  (t) => ({ pk: primaryKey({ columns: [t.depositsAddress, t.address] }), addressIdx: index().on(t.address) }),
);

export const creditMovement = onchainTable(
  "credit_movement",
  (t) => ({
    id: t.text().primaryKey(),
    depositsAddress: t.hex().notNull(),
    accountAddress: t.hex().notNull(),
    kind: creditMovementKind("kind").notNull(),
    /** The measured dispute that it is for or out of; null where it is neither. */
    disputeId: t.hex(),
    /** Who added it, or whom it was paid out to; null for deposits and what disputes give back. */
    counterparty: t.hex(),
    amount: t.bigint().notNull(),
    /** Of a deposit, what was credit. */
    spent: total(t),
    /** Of the account afterwards. */
    credit: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    accountIdx: index().on(t.accountAddress, t.timestamp),
    disputeIdx: index().on(t.disputeId, t.id),
    timeIdx: index().on(t.timestamp),
  }),
);
