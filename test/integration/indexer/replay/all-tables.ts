import { clientRows, executorRows, validatorRows } from "./account-rows.ts";
import { auditRows, chainMovementRows, epochRows, reportRows } from "./audit-rows.ts";
import { clientDayRows, executorDayRows, modelDayRows, networkDayRows, networkHourRows } from "./bucket-rows.ts";
import * as disputes from "./dispute-rows.ts";
import * as escrow from "./escrow-rows.ts";
import * as juries from "./jury-rows.ts";
import * as members from "./member-rows.ts";
import { moveRows } from "./move-rows.ts";
import type { Past, TableRow } from "./past.ts";
import { reputationTables } from "./reputation-rows.ts";

/** Every table of the index but the one row of totals, under the name of its export, as the chain's logs have it. */
export function tablesByLogs(past: Past): Readonly<Record<string, readonly TableRow[]>> {
  const reputation = reputationTables(past);
  return {
    ...reputation,
    executors: executorRows(past, reputation.reputations),
    validators: validatorRows(past),
    clients: clientRows(past),
    models: escrow.modelRows(past),
    sessionSigners: escrow.signerRows(past),
    channels: escrow.channelRows(past),
    lanes: escrow.laneRows(past),
    executorModels: escrow.executorModelRows(past),
    settlements: escrow.settlementRows(past),
    settlementTransactions: escrow.transactionRows(past),
    pairRejections: escrow.rejectionRows(past),
    clientMovements: escrow.clientMovementRows(past),
    earningsWithdrawals: escrow.withdrawalRows(past),
    tails: escrow.tailRows(past),
    tailMovements: escrow.tailMovementRows(past),
    stakeMovements: members.stakeMovementRows(past),
    judges: members.judgeRows(past),
    freezeMovements: members.freezeRows(past),
    slashings: members.slashingRows(past),
    strikes: members.strikeRows(past),
    jailMovements: members.jailRows(past),
    rewardAccounts: members.rewardAccountRows(past),
    rewardMovements: members.rewardMovementRows(past),
    faultProofs: disputes.faultRows(past),
    reportShares: disputes.shareRows(past),
    reportCommitments: disputes.commitmentRows(past),
    disputes: disputes.disputeRows(past),
    deliveryDisputes: disputes.deliveryRows(past),
    bondAccounts: disputes.bondRows(past),
    measuredDisputes: disputes.measuredRows(past),
    disputedAnswers: disputes.disputedAnswerRows(past),
    disputeMoves: moveRows(past),
    juryCases: juries.caseRows(past),
    juryPanels: juries.panelRows(past),
    jurySeats: juries.seatRows(past),
    candidateMovements: juries.candidateRows(past),
    creditAccounts: juries.creditAccountRows(past),
    creditMovements: juries.creditMovementRows(past),
    auditChainMovements: chainMovementRows(past),
    auditEpochs: epochRows(past),
    auditReports: reportRows(past),
    audits: auditRows(past),
    networkDays: networkDayRows(past),
    networkHours: networkHourRows(past),
    executorDays: executorDayRows(past),
    clientDays: clientDayRows(past),
    modelDays: modelDayRows(past),
  };
}
