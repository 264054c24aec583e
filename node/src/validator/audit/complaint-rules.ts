/** What becomes of a complaint that is planned. Pure: the shell reads, asks here, saves, and sends. */
import type { PaidLane } from "@lloom/protocol/channel-money";
import type { Receipt } from "@lloom/protocol/commitment-types";
import { measuredEvidenceFacts } from "@lloom/protocol/generated/facts";
import { answerKey, convicts, type ShownProof } from "@lloom/protocol/verification/conviction";
import { type EvidenceSum, sumEvidence } from "@lloom/protocol/verification/sequential-test";
import type { EndedCanary, KeptAudit, SignedAnswer } from "./canary-answer.ts";

/** Seconds after a request's deadline in which its answer can be complained of, less what opening may take. */
const SHOWN_SECONDS = measuredEvidenceFacts.EVIDENCE_WINDOW - 3_600n;
/** Answers that one complaint shows at most: jurors measure each. Five times as many as prove enough. */
export const MOST_SHOWN = 16;

/** An answer as a complaint takes it. */
export interface ShownFacts {
  /** Chain seconds. */
  readonly deadline: bigint;
  /** Whether another dispute is about it, or the contract does not take it. */
  readonly isSpent: boolean;
}

/** Which of them may still be shown. */
export const isShowable = ({ deadline, isSpent }: ShownFacts, nowSeconds: bigint): boolean =>
  !isSpent && nowSeconds <= deadline + SHOWN_SECONDS;

/** Whether anything was paid for an answer, as the contract asks it: only then it can be complained of. */
export const isPaid = ({ request, response }: Receipt, { nonce, cost }: PaidLane): boolean =>
  nonce >= request.nonce && (cost < response.cumulativeCost ? cost : response.cumulativeCost) > request.ackedCost;

/** Both signatures of an answer that a complaint can show, also of one that was refused for its counts; `undefined`: there are none. */
export const signedOf = (answer: EndedCanary | undefined): SignedAnswer | undefined =>
  answer?.type === "wrong" ? answer.refused?.signed : answer?.signed;

/** What a jury would take from a canary; `undefined`: nothing, or there is no signed answer to show. */
export function proofOf({ answer, finding, question }: KeptAudit): ShownProof | undefined {
  if (answer?.type !== "answered" || finding?.proof === undefined) return undefined;
  return { key: answerKey(question.canary.messages, answer.answer.text), proof: finding.proof };
}

/** What is held against an executor. */
export interface Accusation {
  readonly standing: EvidenceSum;
  /** Those that a jury convicts by, each different answer once; the newest first, but before all others traces that cannot be true. */
  readonly canaries: readonly KeptAudit[];
}

/**
 * What the judged canaries of one executor, the oldest first, allow to accuse it of; `undefined`: of nothing. All of them together have
 * to prove a million to one, and those that are shown have to convict by what a jury takes. A trace that cannot be true needs no odds.
 */
export function accusationOf(judged: readonly KeptAudit[]): Accusation | undefined {
  const standing = sumEvidence(
    judged.flatMap(({ finding }) => (finding?.factor === undefined ? [] : [{ factor: finding.factor }])),
  );
  const proving = new Map<string, KeptAudit>();
  for (const canary of judged.toReversed()) {
    const key = proofOf(canary)?.key;
    if (key !== undefined && !proving.has(key)) proving.set(key, canary);
  }
  const impossible = [...proving.values()].filter(({ finding }) => finding?.proof === "structure");
  const far = [...proving.values()].filter(({ finding }) => finding?.proof === "distance");
  const canaries = [...impossible, ...far];
  if (impossible.length === 0 && !standing.mayDispute) return undefined;
  return convicts(canaries.flatMap((canary) => proofOf(canary) ?? [])) ? { standing, canaries } : undefined;
}

/** Base units. */
export interface BondFacts {
  readonly bond: bigint;
  /** Of this validator's complaints that run. */
  readonly locked: bigint;
  /** What they may lock at most. */
  readonly mostLocked: bigint;
  /** In the wallet and as credit of the court. */
  readonly funds: bigint;
}

/** Why a complaint waits for money; `undefined` if it can be paid. */
export function bondProblem({ bond, locked, mostLocked, funds }: BondFacts): string | undefined {
  if (locked + bond > mostLocked) return "beyond the bound";
  return bond > funds ? "unaffordable" : undefined;
}
