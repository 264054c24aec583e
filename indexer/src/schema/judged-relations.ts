import { relations } from "ponder";
import { client, executor, lane, model, validator } from "./accounts.ts";
import { audit, auditChainMovement, auditEpoch, auditReport } from "./audits.ts";
import { freezeMovement, jailMovement, judge, rewardAccount, rewardMovement, slashing, strike } from "./conduct.ts";
import { faultProof, reportCommitment, reportShare, tail, tailMovement } from "./disputes.ts";

/* JUDGES AND MEMBERS */

export const judgeRelations = relations(judge, ({ one, many }) => ({
  slashings: many(slashing),
  strikes: many(strike),
  freezeMovements: many(freezeMovement),
  jailMovements: many(jailMovement),
  faultProofs: many(faultProof),
  tailMovements: many(tailMovement),
  reward: one(rewardAccount, { fields: [judge.address], references: [rewardAccount.address] }),
}));

export const slashingRelations = relations(slashing, ({ one }) => ({
  judge: one(judge, { fields: [slashing.judgeAddress], references: [judge.address] }),
  executor: one(executor, { fields: [slashing.memberAddress], references: [executor.address] }),
  validator: one(validator, { fields: [slashing.memberAddress], references: [validator.address] }),
  faultProof: one(faultProof, {
    fields: [slashing.judgeAddress, slashing.disputeId],
    references: [faultProof.judgeAddress, faultProof.disputeId],
  }),
  reportShare: one(reportShare, {
    fields: [slashing.judgeAddress, slashing.disputeId],
    references: [reportShare.judgeAddress, reportShare.disputeId],
  }),
}));

export const strikeRelations = relations(strike, ({ one }) => ({
  judge: one(judge, { fields: [strike.judgeAddress], references: [judge.address] }),
  executor: one(executor, { fields: [strike.memberAddress], references: [executor.address] }),
  validator: one(validator, { fields: [strike.memberAddress], references: [validator.address] }),
}));

export const freezeMovementRelations = relations(freezeMovement, ({ one }) => ({
  judge: one(judge, { fields: [freezeMovement.judgeAddress], references: [judge.address] }),
  executor: one(executor, { fields: [freezeMovement.memberAddress], references: [executor.address] }),
  validator: one(validator, { fields: [freezeMovement.memberAddress], references: [validator.address] }),
}));

export const jailMovementRelations = relations(jailMovement, ({ one }) => ({
  judge: one(judge, { fields: [jailMovement.judgeAddress], references: [judge.address] }),
  executor: one(executor, { fields: [jailMovement.memberAddress], references: [executor.address] }),
  validator: one(validator, { fields: [jailMovement.memberAddress], references: [validator.address] }),
}));

export const rewardAccountRelations = relations(rewardAccount, ({ many }) => ({ movements: many(rewardMovement) }));

export const rewardMovementRelations = relations(rewardMovement, ({ one }) => ({
  account: one(rewardAccount, { fields: [rewardMovement.accountAddress], references: [rewardAccount.address] }),
}));

/* DISPUTES */

export const tailRelations = relations(tail, ({ one, many }) => ({
  client: one(client, { fields: [tail.clientAddress], references: [client.address] }),
  executor: one(executor, { fields: [tail.executorAddress], references: [executor.address] }),
  lane: one(lane, {
    fields: [tail.clientAddress, tail.executorAddress, tail.laneNumber],
    references: [lane.clientAddress, lane.executorAddress, lane.number],
  }),
  judge: one(judge, { fields: [tail.judgeAddress], references: [judge.address] }),
  movements: many(tailMovement),
}));

export const tailMovementRelations = relations(tailMovement, ({ one }) => ({
  tail: one(tail, {
    fields: [tailMovement.clientAddress, tailMovement.executorAddress, tailMovement.laneNumber, tailMovement.nonce],
    references: [tail.clientAddress, tail.executorAddress, tail.laneNumber, tail.nonce],
  }),
  client: one(client, { fields: [tailMovement.clientAddress], references: [client.address] }),
  executor: one(executor, { fields: [tailMovement.executorAddress], references: [executor.address] }),
  judge: one(judge, { fields: [tailMovement.judgeAddress], references: [judge.address] }),
}));

export const faultProofRelations = relations(faultProof, ({ one }) => ({
  judge: one(judge, { fields: [faultProof.judgeAddress], references: [judge.address] }),
  executor: one(executor, { fields: [faultProof.executorAddress], references: [executor.address] }),
  client: one(client, { fields: [faultProof.clientAddress], references: [client.address] }),
  slashing: one(slashing, {
    fields: [faultProof.judgeAddress, faultProof.disputeId],
    references: [slashing.judgeAddress, slashing.disputeId],
  }),
  reportShare: one(reportShare, {
    fields: [faultProof.judgeAddress, faultProof.disputeId],
    references: [reportShare.judgeAddress, reportShare.disputeId],
  }),
}));

export const reportShareRelations = relations(reportShare, ({ one }) => ({
  judge: one(judge, { fields: [reportShare.judgeAddress], references: [judge.address] }),
  faultProof: one(faultProof, {
    fields: [reportShare.judgeAddress, reportShare.disputeId],
    references: [faultProof.judgeAddress, faultProof.disputeId],
  }),
}));

export const reportCommitmentRelations = relations(reportCommitment, ({ one }) => ({
  judge: one(judge, { fields: [reportCommitment.judgeAddress], references: [judge.address] }),
}));

/* AUDITS */

export const auditEpochRelations = relations(auditEpoch, ({ many }) => ({
  reports: many(auditReport),
  audits: many(audit),
}));

export const auditChainMovementRelations = relations(auditChainMovement, ({ one }) => ({
  validator: one(validator, { fields: [auditChainMovement.validatorAddress], references: [validator.address] }),
}));

export const auditReportRelations = relations(auditReport, ({ one, many }) => ({
  validator: one(validator, { fields: [auditReport.validatorAddress], references: [validator.address] }),
  auditEpoch: one(auditEpoch, { fields: [auditReport.epoch], references: [auditEpoch.epoch] }),
  audits: many(audit),
}));

export const auditRelations = relations(audit, ({ one }) => ({
  validator: one(validator, { fields: [audit.validatorAddress], references: [validator.address] }),
  executor: one(executor, { fields: [audit.executorAddress], references: [executor.address] }),
  model: one(model, { fields: [audit.modelHash], references: [model.hash] }),
  auditEpoch: one(auditEpoch, { fields: [audit.epoch], references: [auditEpoch.epoch] }),
  report: one(auditReport, {
    fields: [audit.validatorAddress, audit.epoch],
    references: [auditReport.validatorAddress, auditReport.epoch],
  }),
}));
