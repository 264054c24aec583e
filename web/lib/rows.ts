/**
 * Rows of the index as pages show them: which columns, and how each is read. The types are held against the indexer's own
 * tables; units are theirs too: amounts in base units of the payment token, times in Unix seconds, hashes and addresses in
 * lower-case hex.
 */
import type * as tables from "../../indexer/ponder.schema.ts";
import { STAKE_WORDS } from "./executors/stake-words.ts";
import { big, flag, hex, oneOf, orNull, type Reader, text, whole } from "./readers.ts";
import { REJECTION_WORDS } from "./rejection-words.ts";
import { GRADE_WORDS } from "./reputation-words.ts";
import type { Row } from "./shapes.ts";

/** Readers of some of a table's columns, each to the column's own type. */
export type ColumnsOf<Table extends { readonly $inferSelect: object }> = {
  readonly [Column in keyof Table["$inferSelect"]]?: Reader<Table["$inferSelect"][Column]>;
};

const WORK = {
  settlementCount: whole,
  requests: big,
  inboundTokens: big,
  outboundTokens: big,
  acknowledgedPaid: big,
  tailPaid: big,
  paid: big,
} as const;

const WORK_TIMES = { firstSettledAt: orNull(whole), lastSettledAt: orNull(whole) } as const;

const AUDIT_COUNTS = {
  auditCount: whole,
  auditsPassed: whole,
  auditsFailed: whole,
  auditsUnanswered: whole,
  auditsInconclusive: whole,
} as const;

/** What executors and validators have in common. */
export const MEMBER = {
  address: hex,
  peerId: orNull(text),
  metadataURI: orNull(text),
  registeredAt: orNull(whole),
  stake: big,
  unbonding: big,
  unbondAt: orNull(whole),
  jailedUntil: orNull(whole),
  frozen: big,
  slashed: big,
  slashCount: whole,
  active: flag,
} as const;

export const ORIGIN = { block: big, timestamp: whole, transactionHash: hex } as const;

export const NETWORK = {
  chainId: big,
  accounting: hex,
  stakeRegistry: hex,
  executorCount: whole,
  activeExecutorCount: whole,
  validatorCount: whole,
  activeValidatorCount: whole,
  clientCount: whole,
  channelCount: whole,
  executorMinimumStake: big,
  validatorMinimumStake: big,
  jailedCount: whole,
  openDisputeCount: whole,
  ...WORK,
  deposited: big,
  earningsWithdrawn: big,
  staked: big,
  unbonding: big,
} as const satisfies ColumnsOf<typeof tables.network>;

export const TOKEN = { tokenSymbol: text, tokenDecimals: whole } as const satisfies ColumnsOf<typeof tables.network>;
const EXECUTOR_FIGURES = {
  ...MEMBER,
  firstSeenAt: whole,
  withdrawn: big,
  tailHeld: big,
  tailRefunded: big,
  earned: big,
  averagePrice: orNull(big),
  disputesLost: whole,
  disputeCount: whole,
  openDisputeCount: whole,
  forcedReveals: whole,
  ...AUDIT_COUNTS,
  lastAuditedAt: orNull(whole),
  clientCount: whole,
  trust: orNull(big),
  ...WORK,
  ...WORK_TIMES,
} as const satisfies ColumnsOf<typeof tables.executor>;
export const EXECUTOR = { ...EXECUTOR_FIGURES, grade: orNull(oneOf(GRADE_WORDS)) } as const;
export const VALIDATOR = {
  ...MEMBER,
  enlistedAt: orNull(whole),
  seatCount: whole,
  voteCount: whole,
  fineCount: whole,
  auditReportCount: whole,
  ...AUDIT_COUNTS,
} as const satisfies ColumnsOf<typeof tables.validator>;
export const CLIENT = {
  address: hex,
  firstSeenAt: whole,
  deposited: big,
  withdrawn: big,
  balance: big,
  allocated: big,
  executorCount: whole,
  ...WORK,
  ...WORK_TIMES,
} as const satisfies ColumnsOf<typeof tables.client>;
export const CHANNEL = {
  clientAddress: hex,
  executorAddress: hex,
  balance: big,
  unlocking: big,
  unlockAt: orNull(whole),
  ...WORK,
  ...WORK_TIMES,
} as const satisfies ColumnsOf<typeof tables.channel>;
export const LANE = {
  executorAddress: hex,
  number: big,
  nonce: big,
  cost: big,
  unpaid: big,
  lastSettledAt: orNull(whole),
} as const satisfies ColumnsOf<typeof tables.lane>;
/** A key that signs for somebody. */
export const SESSION_SIGNER = {
  address: hex,
  principalAddress: hex,
  authorizedAt: whole,
  thawEnd: orNull(whole),
} as const satisfies ColumnsOf<typeof tables.sessionSigner>;
/** Shares of slashes and jurors' fees, ever. */
export const REWARD_ACCOUNT = { credited: big, withdrawn: big } as const satisfies ColumnsOf<
  typeof tables.rewardAccount
>;
/** What speaks against an executor that is only mentioned. */
export const CONDUCT = { address: hex, jailedUntil: orNull(whole), disputesLost: whole } as const satisfies ColumnsOf<
  typeof tables.executor
>;
export const EXECUTOR_MODEL = { modelHash: hex, ...WORK, ...WORK_TIMES } as const satisfies ColumnsOf<
  typeof tables.executorModel
>;
export const MODEL = { hash: hex, executorCount: whole, ...WORK, ...WORK_TIMES } as const satisfies ColumnsOf<
  typeof tables.model
>;
export const SETTLEMENT = {
  id: text,
  clientAddress: hex,
  executorAddress: hex,
  laneNumber: big,
  nonce: big,
  requests: big,
  requestHash: hex,
  responseHash: hex,
  modelHash: hex,
  inboundTokens: big,
  outboundTokens: big,
  acknowledgedPaid: big,
  tailPaid: big,
  paid: big,
  laneCost: big,
  unpaid: big,
  channelBalance: big,
  submitter: hex,
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.settlement>;
export const PAIR_REJECTION = {
  id: text,
  position: big,
  requestHash: hex,
  reason: oneOf(REJECTION_WORDS),
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.pairRejection>;
export const STAKE_MOVEMENT = { id: text, kind: oneOf(STAKE_WORDS), amount: big, stake: big, ...ORIGIN } as const;
export const DAY = { day: whole, ...WORK } as const satisfies ColumnsOf<
  typeof tables.networkDay | typeof tables.executorDay
>;
/** A day of the whole network, with what members were found out about. */
export const NETWORK_DAY = {
  ...DAY,
  slashed: big,
  faultProofCount: whole,
  deliveryDisputeCount: whole,
  measuredDisputeCount: whole,
  ...AUDIT_COUNTS,
} as const satisfies ColumnsOf<typeof tables.networkDay>;
export const HOUR = { hour: whole, ...WORK } as const satisfies ColumnsOf<typeof tables.networkHour>;
export const ADDRESS = { address: hex } as const;
/** What is only looked for. */
export const ID = { id: text } as const;
/** What the minute chart of a young network needs of a settlement. */
export const SETTLEMENT_WORK = { timestamp: whole, requests: big, paid: big } as const satisfies ColumnsOf<
  typeof tables.settlement
>;

export type Member = Row<typeof MEMBER>;
export type Network = Row<typeof NETWORK>;
export type Executor = Row<typeof EXECUTOR>;
export type Validator = Row<typeof VALIDATOR>;
export type Client = Row<typeof CLIENT>;
export type Conduct = Row<typeof CONDUCT>;
export type Channel = Row<typeof CHANNEL>;
export type Lane = Row<typeof LANE>;
export type SessionSigner = Row<typeof SESSION_SIGNER>;
export type RewardAccount = Row<typeof REWARD_ACCOUNT>;
export type ExecutorModel = Row<typeof EXECUTOR_MODEL>;
export type Model = Row<typeof MODEL>;
export type SettlementRow = Row<typeof SETTLEMENT>;
export type PairRejection = Row<typeof PAIR_REJECTION>;
export type Day = Row<typeof DAY>;
export type NetworkDay = Row<typeof NETWORK_DAY>;
export type StakeMovement = Row<typeof STAKE_MOVEMENT>;
export type Hour = Row<typeof HOUR>;
export type SettlementWork = Row<typeof SETTLEMENT_WORK>;
