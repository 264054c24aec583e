import type { Address, CompactSignature, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { enumNumber } from "@lloom/protocol/contract-enums";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import type { TokenCounts } from "@lloom/protocol/token-counts";
import type { VoteChoice } from "@lloom/protocol/votes";
import { pairOf } from "../account/settle.ts";
import type { ContractCall } from "../contract-call.ts";
import { jury, measured } from "../contracts.ts";
import { GAS_BOUNDS, openMeasuredGas } from "../send/gas.ts";
import type { MeasuredCourt } from "./measured-court.ts";
import type { MeasuredKind } from "./measured-disputes.ts";

/** What parties and jurors ask the contracts of measured disputes for, as calls that nobody has signed yet. */

/** An answer that is complained of. */
export interface DisputedAnswer {
  readonly receipt: Receipt;
  /** The client's, to whoever opens the dispute; not needed by the client itself. */
  readonly consent?: CompactSignature | undefined;
  /** What there really was, where counts are complained of. */
  readonly counted?: TokenCounts | undefined;
}

/** A complaint about answers of one executor. */
export interface NewComplaint {
  readonly kind: MeasuredKind;
  /** Of what jurors are given. */
  readonly evidenceHash: Hex;
  readonly answers: readonly DisputedAnswer[];
  /** Most that may be paid: base units. */
  readonly maxBond: bigint;
  /** The client for whom it is opened, if that is somebody else than the sender. */
  readonly challenger?: Address | undefined;
}

/** Complains of answers; the bond is taken out of the sender's credit, then by its allowance. */
export function openMeasuredCall({ disputes }: MeasuredCourt, complaint: NewComplaint): ContractCall {
  const { kind, evidenceHash, answers, maxBond, challenger } = complaint;
  const values = [enumNumber(measuredDisputesFacts.Kind, kind), evidenceHash, answers.map(calldataOf), maxBond];
  const data =
    challenger === undefined ? measured.encode("open", values) : measured.encode("openFor", [challenger, ...values]);
  return {
    what: `complain of ${answers.length === 1 ? "an answer" : `${answers.length} answers`}`,
    to: disputes,
    data,
    gasLimit: openMeasuredGas(answers.length),
  };
}

const NO_SIGNATURE = { r: `0x${"00".repeat(32)}`, vs: `0x${"00".repeat(32)}` } as const;
const NO_COUNTS: TokenCounts = { inboundTokens: 0, outboundTokens: 0 };

const calldataOf = ({ receipt, consent = NO_SIGNATURE, counted = NO_COUNTS }: DisputedAnswer) => ({
  pair: pairOf(receipt),
  consent,
  inboundTokens: counted.inboundTokens,
  outboundTokens: counted.outboundTokens,
});

/** The executor names its evidence, and lets nobody wait for the jury. */
export const answerMeasuredCall = ({ disputes }: MeasuredCourt, id: Hex, evidenceHash: Hex): ContractCall => ({
  what: "answer a measured dispute",
  to: disputes,
  data: measured.encode("answer", [id, evidenceHash]),
  gasLimit: GAS_BOUNDS.answerMeasured,
});

/** The executor admits the fault, for a quarter of the penalty. */
export const concedeMeasuredCall = ({ disputes }: MeasuredCourt, id: Hex): ContractCall => ({
  what: "concede a measured dispute",
  to: disputes,
  data: measured.encode("concede", [id]),
  gasLimit: GAS_BOUNDS.moveMeasured,
});

/** Does all that is due in a dispute. */
export const pokeMeasuredCall = ({ disputes }: MeasuredCourt, id: Hex): ContractCall => ({
  what: "move a measured dispute on",
  to: disputes,
  data: measured.encode("poke", [id]),
  gasLimit: GAS_BOUNDS.moveMeasured,
});

/** Appeals against a verdict; the deposit is taken out of the sender's credit, then by its allowance. */
export const appealCall = ({ disputes }: MeasuredCourt, id: Hex): ContractCall => ({
  what: "appeal against a verdict",
  to: disputes,
  data: measured.encode("appeal", [id]),
  gasLimit: GAS_BOUNDS.appeal,
});

/** Draws the panel that was asked for, by the header of its block; by any bytes once nobody can prove that. */
export const drawCall = (court: MeasuredCourt, id: Hex, header: Hex): ContractCall => ({
  what: "draw a jury",
  to: court.jury,
  data: jury.encode("draw", [id, header]),
  gasLimit: GAS_BOUNDS.draw,
});

/** Commits the sender to a vote. */
export const commitVoteCall = (court: MeasuredCourt, id: Hex, commitment: Hex): ContractCall => ({
  what: "commit to a vote",
  to: court.jury,
  data: jury.encode("commit", [id, commitment]),
  gasLimit: GAS_BOUNDS.commitVote,
});

/** Reveals a juror's vote; whoever has the salt may. */
export const revealVoteCall = (
  court: MeasuredCourt,
  id: Hex,
  { juror, choice, salt }: { readonly juror: Address; readonly choice: VoteChoice; readonly salt: Hex },
): ContractCall => ({
  what: "reveal a vote",
  to: court.jury,
  data: jury.encode("reveal", [id, juror, enumNumber(juryFacts.Choice, choice), salt]),
  gasLimit: GAS_BOUNDS.revealVote,
});

/** Puts the sender, an active validator, on the list that juries are drawn from. */
export const enlistCall = (court: MeasuredCourt): ContractCall => ({
  what: "enlist for juries",
  to: court.jury,
  data: jury.encode("enlist"),
  gasLimit: GAS_BOUNDS.enlist,
});

/** Takes a validator off that list: anybody itself, and anybody one that is no active validator any more. */
export const delistCall = (court: MeasuredCourt, validator: Address): ContractCall => ({
  what: "leave the list of jurors",
  to: court.jury,
  data: jury.encode("delist", [validator]),
  gasLimit: GAS_BOUNDS.enlist,
});
