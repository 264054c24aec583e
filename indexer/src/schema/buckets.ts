import { index, onchainTable, type PgColumnsBuilders, primaryKey } from "ponder";
import { auditTotals, count, time, total, workTotals } from "./columns.ts";

/** Money that moved in a bucket of time, and what members were found out about, beside the work. */
const bucketTotals = (t: PgColumnsBuilders) => ({
  deposited: total(t),
  clientWithdrawn: total(t),
  earningsWithdrawn: total(t),
  staked: total(t),
  unbonded: total(t),
  tailRefunded: total(t),
  slashed: total(t),
  rewardsWithdrawn: total(t),
  faultProofCount: count(t),
  /** Opened. */
  deliveryDisputeCount: count(t),
  measuredDisputeCount: count(t),
  ...auditTotals(t),
});

export const networkDay = onchainTable("network_day", (t) => ({
  day: time(t).primaryKey(),
  newClients: count(t),
  newExecutors: count(t),
  ...workTotals(t),
  ...bucketTotals(t),
}));

export const networkHour = onchainTable("network_hour", (t) => ({
  hour: time(t).primaryKey(),
  newClients: count(t),
  newExecutors: count(t),
  ...workTotals(t),
  ...bucketTotals(t),
}));

export const executorDay = onchainTable(
  "executor_day",
  (t) => ({
    executorAddress: t.hex().notNull(),
    day: time(t).notNull(),
    ...workTotals(t),
    tailRefunded: total(t),
    slashed: total(t),
    ...auditTotals(t),
  }),
  (t) => ({ pk: primaryKey({ columns: [t.executorAddress, t.day] }), dayIdx: index().on(t.day) }),
);

export const clientDay = onchainTable(
  "client_day",
  (t) => ({ clientAddress: t.hex().notNull(), day: time(t).notNull(), ...workTotals(t) }),
  (t) => ({ pk: primaryKey({ columns: [t.clientAddress, t.day] }), dayIdx: index().on(t.day) }),
);

export const modelDay = onchainTable(
  "model_day",
  (t) => ({ modelHash: t.hex().notNull(), day: time(t).notNull(), ...workTotals(t) }),
  (t) => ({ pk: primaryKey({ columns: [t.modelHash, t.day] }), dayIdx: index().on(t.day) }),
);
