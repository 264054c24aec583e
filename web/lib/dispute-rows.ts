/** Rows of disputes, juries and audits, as `rows.ts` has those of money. */
import type * as tables from "../../indexer/ponder.schema.ts";
import { MOVE_KINDS } from "./disputes/move-kinds.ts";
import { AUDIT_WORDS, CHOICE_WORDS, OFFENCE_WORDS, STATE_WORDS, VERDICT_WORDS } from "./disputes/words.ts";
import { big, flag, hex, oneOf, orNull, text, whole } from "./readers.ts";
import { type ColumnsOf, ORIGIN } from "./rows.ts";
import type { Row } from "./shapes.ts";

const offence = oneOf(OFFENCE_WORDS);
const verdict = oneOf(VERDICT_WORDS);

/** A line of the list of all disputes. */
export const DISPUTE = {
  disputeId: hex,
  judgeAddress: hex,
  offence,
  state: oneOf(STATE_WORDS),
  executorAddress: hex,
  challenger: hex,
  atStake: big,
  until: orNull(whole),
  closedAt: orNull(whole),
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.dispute>;

export const DELIVERY = {
  disputeId: hex,
  clientAddress: hex,
  executorAddress: hex,
  requestHash: hex,
  deliveryHash: hex,
  laneNumber: big,
  nonce: big,
  opener: hex,
  paid: big,
  held: big,
  penalty: big,
  bond: big,
  revealBy: whole,
  revealedBytes: whole,
  chunkCount: orNull(big),
  released: big,
  refunded: big,
  repaid: big,
  slashed: big,
  closedBy: orNull(hex),
} as const satisfies ColumnsOf<typeof tables.deliveryDispute>;

export const MEASURED = {
  disputeId: hex,
  executorAddress: hex,
  challenger: hex,
  payer: hex,
  round: whole,
  answerCount: big,
  evidenceHash: hex,
  executorEvidenceHash: orNull(hex),
  bond: big,
  penalty: big,
  restitution: big,
  verdict,
  halfStrikes: orNull(big),
  refunded: big,
  released: big,
  slashRestituted: big,
  slashReporter: big,
  slashJury: big,
  slashTreasury: big,
  returned: big,
  fees: big,
  compensation: big,
  treasury: big,
} as const satisfies ColumnsOf<typeof tables.measuredDispute>;

export const ANSWER = {
  requestHash: hex,
  responseHash: hex,
  clientAddress: hex,
  laneNumber: big,
  nonce: big,
  inboundTokens: big,
  outboundTokens: big,
  overcharge: big,
  paid: big,
  tail: big,
  held: big,
} as const satisfies ColumnsOf<typeof tables.disputedAnswer>;

export const FAULT = {
  disputeId: hex,
  executorAddress: hex,
  reporter: hex,
  clientAddress: orNull(hex),
  requestHash: orNull(hex),
  offerId: orNull(big),
  refunded: big,
  slashed: big,
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.faultProof>;

export const SLASHING = {
  offence,
  memberAddress: hex,
  reporter: hex,
  victim: hex,
  taken: big,
  restituted: big,
  toReporter: big,
  toVictim: big,
  toJury: big,
  toTreasury: big,
  waiting: big,
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.slashing>;

export const REPORT_SHARE = {
  reporter: hex,
  amount: big,
  payableAt: whole,
  paidTo: orNull(hex),
  paidAt: orNull(whole),
  paidTransactionHash: orNull(hex),
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.reportShare>;

export const MOVE = {
  id: text,
  disputeId: hex,
  kind: oneOf(MOVE_KINDS),
  account: orNull(hex),
  detail: orNull(text),
  round: orNull(whole),
  amount: orNull(big),
  until: orNull(whole),
  hash: orNull(hex),
  ...ORIGIN,
} as const;

export const JURY_CASE = {
  truth: orNull(verdict),
  paidCount: orNull(whole),
  fines: orNull(big),
} as const satisfies ColumnsOf<typeof tables.juryCase>;

export const PANEL = {
  round: whole,
  size: whole,
  candidates: whole,
  drawBlock: big,
  found: orNull(whole),
  seed: orNull(hex),
  commitUntil: orNull(whole),
  revealUntil: orNull(whole),
  committed: whole,
  revealed: whole,
} as const satisfies ColumnsOf<typeof tables.juryPanel>;

export const SEAT = {
  disputeId: hex,
  validatorAddress: hex,
  round: whole,
  isDuty: flag,
  committedAt: orNull(whole),
  choice: oneOf(CHOICE_WORDS),
  revealedAt: orNull(whole),
  fined: big,
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.jurySeat>;

export const STRIKE = {
  offence,
  halves: big,
  count: big,
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.strike>;

export const AUDIT = {
  validatorAddress: hex,
  executorAddress: hex,
  epoch: whole,
  epochStartsAt: whole,
  modelHash: hex,
  evidence: hex,
  outcome: oneOf(AUDIT_WORDS),
  canaries: whole,
  unanswered: whole,
  structureFailures: whole,
  countFailures: whole,
  traceFailures: whole,
  crossFailures: whole,
  logLikelihood: whole,
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.audit>;

export type Dispute = Row<typeof DISPUTE>;
export type Delivery = Row<typeof DELIVERY>;
export type Measured = Row<typeof MEASURED>;
export type DisputedAnswer = Row<typeof ANSWER>;
export type Fault = Row<typeof FAULT>;
export type Slashing = Row<typeof SLASHING>;
export type ReportShare = Row<typeof REPORT_SHARE>;
export type Move = Row<typeof MOVE>;
export type JuryCase = Row<typeof JURY_CASE>;
export type JuryPanel = Row<typeof PANEL>;
export type JurySeat = Row<typeof SEAT>;
export type StrikeRow = Row<typeof STRIKE>;
export type AuditReport = Row<typeof AUDIT>;
