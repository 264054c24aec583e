import { relations } from "ponder";
import { channel, client, executor, executorModel, lane, model, validator } from "./accounts.ts";
import { audit, auditChainMovement, auditReport } from "./audits.ts";
import { clientDay, executorDay, modelDay } from "./buckets.ts";
import { freezeMovement, jailMovement, rewardAccount, slashing, strike } from "./conduct.ts";
import { deliveryDispute } from "./deliveries.ts";
import { dispute } from "./dispute-list.ts";
import { faultProof, tail, tailMovement } from "./disputes.ts";
import {
  clientMovement,
  earningsWithdrawal,
  pairRejection,
  sessionSigner,
  settlement,
  settlementTransaction,
  stakeMovement,
} from "./events.ts";
import { candidateMovement, jurySeat } from "./juries.ts";
import { disputedAnswer, measuredDispute } from "./measured.ts";
import { reputation, reputationAuditor, reputationChannel, reputationFinding } from "./reputations.ts";

export const executorRelations = relations(executor, ({ one, many }) => ({
  channels: many(channel),
  lanes: many(lane),
  models: many(executorModel),
  settlements: many(settlement),
  days: many(executorDay),
  withdrawals: many(earningsWithdrawal),
  stakeMovements: many(stakeMovement),
  slashings: many(slashing),
  strikes: many(strike),
  freezeMovements: many(freezeMovement),
  jailMovements: many(jailMovement),
  tails: many(tail),
  tailMovements: many(tailMovement),
  faultProofs: many(faultProof),
  disputes: many(dispute),
  deliveryDisputes: many(deliveryDispute),
  measuredDisputes: many(measuredDispute),
  audits: many(audit),
  reputation: one(reputation, {
    fields: [executor.address, executor.reputationEpoch],
    references: [reputation.executorAddress, reputation.epoch],
  }),
  reputations: many(reputation),
  reputationAuditors: many(reputationAuditor),
  reputationChannels: many(reputationChannel),
  reputationFindings: many(reputationFinding),
  reward: one(rewardAccount, { fields: [executor.address], references: [rewardAccount.address] }),
}));

export const validatorRelations = relations(validator, ({ one, many }) => ({
  stakeMovements: many(stakeMovement),
  slashings: many(slashing),
  strikes: many(strike),
  freezeMovements: many(freezeMovement),
  jailMovements: many(jailMovement),
  jurySeats: many(jurySeat),
  candidateMovements: many(candidateMovement),
  auditChainMovements: many(auditChainMovement),
  auditReports: many(auditReport),
  audits: many(audit),
  reputationAuditors: many(reputationAuditor),
  reputationFindings: many(reputationFinding),
  reward: one(rewardAccount, { fields: [validator.address], references: [rewardAccount.address] }),
}));

export const clientRelations = relations(client, ({ one, many }) => ({
  channels: many(channel),
  lanes: many(lane),
  settlements: many(settlement),
  movements: many(clientMovement),
  signers: many(sessionSigner),
  days: many(clientDay),
  tails: many(tail),
  tailMovements: many(tailMovement),
  faultProofs: many(faultProof),
  deliveryDisputes: many(deliveryDispute),
  disputedAnswers: many(disputedAnswer),
  reward: one(rewardAccount, { fields: [client.address], references: [rewardAccount.address] }),
}));

export const channelRelations = relations(channel, ({ one, many }) => ({
  client: one(client, { fields: [channel.clientAddress], references: [client.address] }),
  executor: one(executor, { fields: [channel.executorAddress], references: [executor.address] }),
  lanes: many(lane),
  settlements: many(settlement),
}));

export const laneRelations = relations(lane, ({ one, many }) => ({
  client: one(client, { fields: [lane.clientAddress], references: [client.address] }),
  executor: one(executor, { fields: [lane.executorAddress], references: [executor.address] }),
  channel: one(channel, {
    fields: [lane.clientAddress, lane.executorAddress],
    references: [channel.clientAddress, channel.executorAddress],
  }),
  settlements: many(settlement),
  tails: many(tail),
}));

export const modelRelations = relations(model, ({ many }) => ({
  executors: many(executorModel),
  settlements: many(settlement),
  days: many(modelDay),
  audits: many(audit),
}));

export const executorModelRelations = relations(executorModel, ({ one }) => ({
  executor: one(executor, { fields: [executorModel.executorAddress], references: [executor.address] }),
  model: one(model, { fields: [executorModel.modelHash], references: [model.hash] }),
}));

export const settlementRelations = relations(settlement, ({ one }) => ({
  client: one(client, { fields: [settlement.clientAddress], references: [client.address] }),
  executor: one(executor, { fields: [settlement.executorAddress], references: [executor.address] }),
  channel: one(channel, {
    fields: [settlement.clientAddress, settlement.executorAddress],
    references: [channel.clientAddress, channel.executorAddress],
  }),
  lane: one(lane, {
    fields: [settlement.clientAddress, settlement.executorAddress, settlement.laneNumber],
    references: [lane.clientAddress, lane.executorAddress, lane.number],
  }),
  model: one(model, { fields: [settlement.modelHash], references: [model.hash] }),
  transaction: one(settlementTransaction, {
    fields: [settlement.transactionHash],
    references: [settlementTransaction.hash],
  }),
}));

export const settlementTransactionRelations = relations(settlementTransaction, ({ many }) => ({
  settlements: many(settlement),
  rejections: many(pairRejection),
}));

export const pairRejectionRelations = relations(pairRejection, ({ one }) => ({
  transaction: one(settlementTransaction, {
    fields: [pairRejection.transactionHash],
    references: [settlementTransaction.hash],
  }),
}));

export const clientMovementRelations = relations(clientMovement, ({ one }) => ({
  client: one(client, { fields: [clientMovement.clientAddress], references: [client.address] }),
  executor: one(executor, { fields: [clientMovement.executorAddress], references: [executor.address] }),
}));

export const earningsWithdrawalRelations = relations(earningsWithdrawal, ({ one }) => ({
  executor: one(executor, { fields: [earningsWithdrawal.executorAddress], references: [executor.address] }),
}));

export const stakeMovementRelations = relations(stakeMovement, ({ one }) => ({
  executor: one(executor, { fields: [stakeMovement.memberAddress], references: [executor.address] }),
  validator: one(validator, { fields: [stakeMovement.memberAddress], references: [validator.address] }),
}));

export const sessionSignerRelations = relations(sessionSigner, ({ one }) => ({
  principal: one(client, { fields: [sessionSigner.principalAddress], references: [client.address] }),
}));

export const executorDayRelations = relations(executorDay, ({ one }) => ({
  executor: one(executor, { fields: [executorDay.executorAddress], references: [executor.address] }),
}));

export const clientDayRelations = relations(clientDay, ({ one }) => ({
  client: one(client, { fields: [clientDay.clientAddress], references: [client.address] }),
}));

export const modelDayRelations = relations(modelDay, ({ one }) => ({
  model: one(model, { fields: [modelDay.modelHash], references: [model.hash] }),
}));
