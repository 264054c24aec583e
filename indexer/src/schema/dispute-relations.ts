import { relations } from "ponder";
import { client, executor, validator } from "./accounts.ts";
import { judge, slashing } from "./conduct.ts";
import { bondAccount, deliveryDispute } from "./deliveries.ts";
import { dispute } from "./dispute-list.ts";
import { candidateMovement, juryCase, juryPanel, jurySeat } from "./juries.ts";
import { disputedAnswer, measuredDispute } from "./measured.ts";
import { disputeMove } from "./moves.ts";

/* PARTIES' DISPUTES */

export const disputeRelations = relations(dispute, ({ one, many }) => ({
  judge: one(judge, { fields: [dispute.judgeAddress], references: [judge.address] }),
  executor: one(executor, { fields: [dispute.executorAddress], references: [executor.address] }),
  moves: many(disputeMove),
}));

export const deliveryDisputeRelations = relations(deliveryDispute, ({ one, many }) => ({
  judge: one(judge, { fields: [deliveryDispute.judgeAddress], references: [judge.address] }),
  client: one(client, { fields: [deliveryDispute.clientAddress], references: [client.address] }),
  executor: one(executor, { fields: [deliveryDispute.executorAddress], references: [executor.address] }),
  slashing: one(slashing, {
    fields: [deliveryDispute.judgeAddress, deliveryDispute.disputeId],
    references: [slashing.judgeAddress, slashing.disputeId],
  }),
  moves: many(disputeMove),
}));

export const bondAccountRelations = relations(bondAccount, ({ one }) => ({
  judge: one(judge, { fields: [bondAccount.judgeAddress], references: [judge.address] }),
}));

/** The slash of a measured dispute is in the name of another judge, MeasuredPenalties, under the same id. */
export const measuredDisputeRelations = relations(measuredDispute, ({ one, many }) => ({
  judge: one(judge, { fields: [measuredDispute.judgeAddress], references: [judge.address] }),
  executor: one(executor, { fields: [measuredDispute.executorAddress], references: [executor.address] }),
  answers: many(disputedAnswer),
  moves: many(disputeMove),
}));

export const disputedAnswerRelations = relations(disputedAnswer, ({ one }) => ({
  dispute: one(measuredDispute, {
    fields: [disputedAnswer.judgeAddress, disputedAnswer.disputeId],
    references: [measuredDispute.judgeAddress, measuredDispute.disputeId],
  }),
  client: one(client, { fields: [disputedAnswer.clientAddress], references: [client.address] }),
}));

/** One of the two disputes is there. */
export const disputeMoveRelations = relations(disputeMove, ({ one }) => ({
  dispute: one(dispute, {
    fields: [disputeMove.judgeAddress, disputeMove.disputeId],
    references: [dispute.judgeAddress, dispute.disputeId],
  }),
  judge: one(judge, { fields: [disputeMove.judgeAddress], references: [judge.address] }),
  deliveryDispute: one(deliveryDispute, {
    fields: [disputeMove.judgeAddress, disputeMove.disputeId],
    references: [deliveryDispute.judgeAddress, deliveryDispute.disputeId],
  }),
  measuredDispute: one(measuredDispute, {
    fields: [disputeMove.judgeAddress, disputeMove.disputeId],
    references: [measuredDispute.judgeAddress, measuredDispute.disputeId],
  }),
}));

/* JURIES */

export const juryCaseRelations = relations(juryCase, ({ one, many }) => ({
  court: one(judge, { fields: [juryCase.courtAddress], references: [judge.address] }),
  dispute: one(measuredDispute, {
    fields: [juryCase.courtAddress, juryCase.disputeId],
    references: [measuredDispute.judgeAddress, measuredDispute.disputeId],
  }),
  panels: many(juryPanel),
  seats: many(jurySeat),
}));

export const juryPanelRelations = relations(juryPanel, ({ one }) => ({
  case: one(juryCase, {
    fields: [juryPanel.juryAddress, juryPanel.disputeId],
    references: [juryCase.juryAddress, juryCase.disputeId],
  }),
}));

export const jurySeatRelations = relations(jurySeat, ({ one }) => ({
  case: one(juryCase, {
    fields: [jurySeat.juryAddress, jurySeat.disputeId],
    references: [juryCase.juryAddress, juryCase.disputeId],
  }),
  validator: one(validator, { fields: [jurySeat.validatorAddress], references: [validator.address] }),
}));

export const candidateMovementRelations = relations(candidateMovement, ({ one }) => ({
  validator: one(validator, { fields: [candidateMovement.validatorAddress], references: [validator.address] }),
}));
