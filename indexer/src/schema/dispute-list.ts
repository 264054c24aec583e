import { deliveryDisputesFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { origin, time } from "./columns.ts";
import { offence } from "./conduct.ts";
import { tableNames } from "./contract-names.ts";

const STATES = [
  ...tableNames(deliveryDisputesFacts.State),
  ...tableNames(measuredDisputesFacts.State),
  ...tableNames(measuredDisputesFacts.Outcome),
  "PROVEN",
] as const;

/** While a dispute is open, its state; then how it ended. A fault that two signatures prove is `PROVEN` at once. */
export const disputeState = onchainEnum("dispute_state", [...new Set(STATES)] as unknown as [...typeof STATES]);

/** Every dispute, of whatever kind, in one list; each kind's own table has the rest. */
export const dispute = onchainTable(
  "dispute",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    id: t.text().notNull(),
    /** What the executor is accused of. */
    offence: offence("offence").notNull(),
    state: disputeState("state").notNull(),
    executorAddress: t.hex().notNull(),
    /** Who accuses: the client of the answer, a challenger, a reporter. */
    challenger: t.hex().notNull(),
    /** Most that the executor could lose when it was opened, pay and stake; of a proven fault, what it lost. */
    atStake: t.bigint().notNull(),
    /** Next deadline; null where the state has none, and once it is over. */
    until: time(t),
    /** Larger ones come first: open ones by their next deadline, then those that are over, the newest first. */
    place: t.bigint().notNull(),
    /** Null while it is open. */
    closedAt: time(t),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.judgeAddress, t.disputeId] }),
    placeIdx: index().on(t.place),
    executorIdx: index().on(t.executorAddress, t.place),
    challengerIdx: index().on(t.challenger, t.place),
    disputeIdx: index().on(t.disputeId),
    timeIdx: index().on(t.timestamp),
    transactionIdx: index().on(t.transactionHash),
  }),
);
