import {
  audit,
  auditChainMovement,
  auditEpoch,
  auditReport,
  bondAccount,
  candidateMovement,
  channel,
  client,
  clientDay,
  clientMovement,
  deliveryDispute,
  dispute,
  disputedAnswer,
  disputeMove,
  earningsWithdrawal,
  executor,
  executorDay,
  executorModel,
  faultProof,
  freezeMovement,
  jailMovement,
  judge,
  juryCase,
  juryPanel,
  jurySeat,
  lane,
  measuredDispute,
  model,
  modelDay,
  networkDay,
  networkHour,
  pairRejection,
  reportCommitment,
  reportShare,
  rewardAccount,
  rewardMovement,
  sessionSigner,
  settlement,
  slashing,
  stakeMovement,
  strike,
  tail,
  tailMovement,
  validator,
} from "ponder:schema";
import type { PgColumn, PgTable } from "ponder";

/** A table that can be had as CSV: the order of its rows, and what they can be narrowed by. */
export interface ExportTable {
  readonly table: PgTable;
  /** Primary key; rows come in its order, which for events is the order in which they happened. */
  readonly key: readonly PgColumn[];
  readonly filters: Readonly<Record<string, PgColumn>>;
  /** For `from` and `to`. */
  readonly time?: PgColumn;
}

const events = <Table extends PgTable & { id: PgColumn; timestamp: PgColumn }>(
  table: Table,
  filters: ExportTable["filters"],
): ExportTable => ({ table, key: [table.id], filters, time: table.timestamp });

/** By the name in the address: `/export/NAME.csv`. */
export const EXPORT_TABLES: Readonly<Record<string, ExportTable>> = {
  executors: { table: executor, key: [executor.address], filters: { executor: executor.address } },
  validators: { table: validator, key: [validator.address], filters: {} },
  clients: { table: client, key: [client.address], filters: { client: client.address } },
  models: { table: model, key: [model.hash], filters: { model: model.hash } },
  sessionSigners: { table: sessionSigner, key: [sessionSigner.address], filters: {} },
  channels: {
    table: channel,
    key: [channel.clientAddress, channel.executorAddress],
    filters: { client: channel.clientAddress, executor: channel.executorAddress },
  },
  lanes: {
    table: lane,
    key: [lane.clientAddress, lane.executorAddress, lane.number],
    filters: { client: lane.clientAddress, executor: lane.executorAddress },
  },
  executorModels: {
    table: executorModel,
    key: [executorModel.executorAddress, executorModel.modelHash],
    filters: { executor: executorModel.executorAddress, model: executorModel.modelHash },
  },
  settlements: events(settlement, {
    client: settlement.clientAddress,
    executor: settlement.executorAddress,
    model: settlement.modelHash,
  }),
  pairRejections: events(pairRejection, {}),
  clientMovements: events(clientMovement, {
    client: clientMovement.clientAddress,
    executor: clientMovement.executorAddress,
  }),
  earningsWithdrawals: events(earningsWithdrawal, { executor: earningsWithdrawal.executorAddress }),
  stakeMovements: events(stakeMovement, { executor: stakeMovement.memberAddress }),
  judges: { table: judge, key: [judge.address], filters: {} },
  freezeMovements: events(freezeMovement, { executor: freezeMovement.memberAddress }),
  slashings: events(slashing, { executor: slashing.memberAddress }),
  strikes: events(strike, { executor: strike.memberAddress }),
  jailMovements: events(jailMovement, { executor: jailMovement.memberAddress }),
  rewardAccounts: { table: rewardAccount, key: [rewardAccount.address], filters: {} },
  rewardMovements: events(rewardMovement, {}),
  tails: {
    table: tail,
    key: [tail.clientAddress, tail.executorAddress, tail.laneNumber, tail.nonce],
    filters: { client: tail.clientAddress, executor: tail.executorAddress },
  },
  tailMovements: events(tailMovement, { client: tailMovement.clientAddress, executor: tailMovement.executorAddress }),
  faultProofs: events(faultProof, { client: faultProof.clientAddress, executor: faultProof.executorAddress }),
  reportShares: events(reportShare, {}),
  reportCommitments: events(reportCommitment, {}),
  disputes: events(dispute, { executor: dispute.executorAddress }),
  deliveryDisputes: events(deliveryDispute, {
    client: deliveryDispute.clientAddress,
    executor: deliveryDispute.executorAddress,
  }),
  bondAccounts: { table: bondAccount, key: [bondAccount.judgeAddress, bondAccount.address], filters: {} },
  measuredDisputes: events(measuredDispute, { executor: measuredDispute.executorAddress }),
  disputedAnswers: events(disputedAnswer, { client: disputedAnswer.clientAddress }),
  disputeMoves: events(disputeMove, {}),
  juryCases: events(juryCase, {}),
  juryPanels: events(juryPanel, {}),
  jurySeats: events(jurySeat, {}),
  candidateMovements: events(candidateMovement, {}),
  auditChainMovements: events(auditChainMovement, {}),
  auditEpochs: { table: auditEpoch, key: [auditEpoch.epoch], filters: {}, time: auditEpoch.startsAt },
  auditReports: events(auditReport, {}),
  audits: events(audit, { executor: audit.executorAddress, model: audit.modelHash }),
  networkDays: { table: networkDay, key: [networkDay.day], filters: {}, time: networkDay.day },
  networkHours: { table: networkHour, key: [networkHour.hour], filters: {}, time: networkHour.hour },
  executorDays: {
    table: executorDay,
    key: [executorDay.day, executorDay.executorAddress],
    filters: { executor: executorDay.executorAddress },
    time: executorDay.day,
  },
  clientDays: {
    table: clientDay,
    key: [clientDay.day, clientDay.clientAddress],
    filters: { client: clientDay.clientAddress },
    time: clientDay.day,
  },
  modelDays: {
    table: modelDay,
    key: [modelDay.day, modelDay.modelHash],
    filters: { model: modelDay.modelHash },
    time: modelDay.day,
  },
};
