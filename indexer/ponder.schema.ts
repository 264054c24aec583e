/*
 * What the indexer keeps; all of it is derived from the events of AccountingV2, StakeRegistry, Audits, the dispute
 * contracts that the registry wired, and those that keep their deposits.
 *
 * Units. Amounts: base units of the payment token. Token, request and nonce counts are bigint too, because a hostile pair
 * may claim the largest value of its Solidity type. Times: whole Unix seconds, of more than 32 bits. `day` and `hour`: the second at which the
 * UTC day or hour starts. Hashes and addresses: lower-case hex.
 *
 * Names. `xAddress`, `xHash`, `xNumber` are keys; `x` is the relation to the row behind the key. A relation may lead to
 * nothing: a validator has no executor row. Who is paid or judged without having registered has an executor row without
 * `registeredAt`.
 */
// biome-ignore-start lint/performance/noBarrelFile: Ponder reads every table, enum and relation from the exports of this file.
export { channel, client, executor, executorModel, lane, model, network, validator } from "./src/schema/accounts.ts";
export {
  audit,
  auditChainMovement,
  auditChainMovementKind,
  auditEpoch,
  auditOutcome,
  auditReport,
} from "./src/schema/audits.ts";
export { clientDay, executorDay, modelDay, networkDay, networkHour } from "./src/schema/buckets.ts";
export {
  freezeMovement,
  freezeMovementKind,
  jailMovement,
  jailMovementKind,
  judge,
  offence,
  power,
  rewardAccount,
  rewardMovement,
  rewardMovementKind,
  slashing,
  strike,
} from "./src/schema/conduct.ts";
export { bondAccount, deliveryDispute, deliveryState } from "./src/schema/deliveries.ts";
export { creditAccount, creditMovement, creditMovementKind } from "./src/schema/deposits.ts";
export { dispute, disputeState } from "./src/schema/dispute-list.ts";
export {
  bondAccountRelations,
  candidateMovementRelations,
  deliveryDisputeRelations,
  disputedAnswerRelations,
  disputeMoveRelations,
  disputeRelations,
  juryCaseRelations,
  juryPanelRelations,
  jurySeatRelations,
  measuredDisputeRelations,
} from "./src/schema/dispute-relations.ts";
export {
  faultProof,
  reportCommitment,
  reportShare,
  tail,
  tailMovement,
  tailMovementKind,
} from "./src/schema/disputes.ts";
export {
  clientMovement,
  clientMovementKind,
  earningsWithdrawal,
  pairRejection,
  rejectionReason,
  role,
  sessionSigner,
  settlement,
  settlementTransaction,
  stakeMovement,
  stakeMovementKind,
} from "./src/schema/events.ts";
export {
  auditChainMovementRelations,
  auditEpochRelations,
  auditRelations,
  auditReportRelations,
  faultProofRelations,
  freezeMovementRelations,
  jailMovementRelations,
  judgeRelations,
  reportCommitmentRelations,
  reportShareRelations,
  rewardAccountRelations,
  rewardMovementRelations,
  slashingRelations,
  strikeRelations,
  tailMovementRelations,
  tailRelations,
} from "./src/schema/judged-relations.ts";
export {
  candidateMovement,
  candidateMovementKind,
  juryCase,
  juryChoice,
  juryPanel,
  jurySeat,
} from "./src/schema/juries.ts";
export {
  disputedAnswer,
  juryVerdict,
  measuredDispute,
  measuredKind,
  measuredOutcome,
  measuredState,
} from "./src/schema/measured.ts";
export { disputeMove, disputeMoveKind } from "./src/schema/moves.ts";
export {
  channelRelations,
  clientDayRelations,
  clientMovementRelations,
  clientRelations,
  earningsWithdrawalRelations,
  executorDayRelations,
  executorModelRelations,
  executorRelations,
  laneRelations,
  modelDayRelations,
  modelRelations,
  pairRejectionRelations,
  sessionSignerRelations,
  settlementRelations,
  settlementTransactionRelations,
  stakeMovementRelations,
  validatorRelations,
} from "./src/schema/relations.ts";
export {
  reputationAuditorRelations,
  reputationChannelRelations,
  reputationExecutorRelations,
  reputationFindingRelations,
  reputationRelations,
} from "./src/schema/reputation-relations.ts";
export {
  grade,
  reputation,
  reputationAuditor,
  reputationChannel,
  reputationExecutor,
  reputationFinding,
} from "./src/schema/reputations.ts";
// biome-ignore-end lint/performance/noBarrelFile: end of the exports
