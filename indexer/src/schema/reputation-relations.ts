import { relations } from "ponder";
import { client, executor, validator } from "./accounts.ts";
import {
  reputation,
  reputationAuditor,
  reputationChannel,
  reputationExecutor,
  reputationFinding,
} from "./reputations.ts";

export const reputationExecutorRelations = relations(reputationExecutor, ({ one, many }) => ({
  executor: one(executor, { fields: [reputationExecutor.executorAddress], references: [executor.address] }),
  auditors: many(reputationAuditor),
}));

export const reputationRelations = relations(reputation, ({ one }) => ({
  executor: one(executor, { fields: [reputation.executorAddress], references: [executor.address] }),
}));

export const reputationAuditorRelations = relations(reputationAuditor, ({ one }) => ({
  executor: one(executor, { fields: [reputationAuditor.executorAddress], references: [executor.address] }),
  validator: one(validator, { fields: [reputationAuditor.validatorAddress], references: [validator.address] }),
  sums: one(reputationExecutor, {
    fields: [reputationAuditor.executorAddress],
    references: [reputationExecutor.executorAddress],
  }),
}));

export const reputationChannelRelations = relations(reputationChannel, ({ one }) => ({
  executor: one(executor, { fields: [reputationChannel.executorAddress], references: [executor.address] }),
  client: one(client, { fields: [reputationChannel.clientAddress], references: [client.address] }),
}));

export const reputationFindingRelations = relations(reputationFinding, ({ one }) => ({
  executor: one(executor, { fields: [reputationFinding.executorAddress], references: [executor.address] }),
  validator: one(validator, { fields: [reputationFinding.validatorAddress], references: [validator.address] }),
}));
