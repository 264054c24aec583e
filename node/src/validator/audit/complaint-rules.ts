/** What becomes of a complaint that is planned. Pure: the shell reads, asks here, saves, and sends. */
import type { PaidLane } from "@lloom/protocol/channel-money";
import type { Receipt } from "@lloom/protocol/commitment-types";
import { measuredEvidenceFacts } from "@lloom/protocol/generated/facts";
import { sumEvidence } from "@lloom/protocol/verification/sequential-test";

/** Seconds after a request's deadline in which its answer can be complained of, less what opening may take. */
const SHOWN_SECONDS = measuredEvidenceFacts.EVIDENCE_WINDOW - 3_600n;
/** Answers that one complaint shows at most: jurors measure each. Five times as many as prove enough. */
export const MOST_SHOWN = 16;

/** An answer as a complaint takes it. */
export interface ShownFacts {
  /** Chain seconds. */
  readonly deadline: bigint;
  readonly factor: number;
  /** Whether another dispute is about it, or the contract does not take it. */
  readonly isSpent: boolean;
}

/** Which of them may still be shown. */
export const isShowable = ({ deadline, isSpent }: ShownFacts, nowSeconds: bigint): boolean =>
  !isSpent && nowSeconds <= deadline + SHOWN_SECONDS;

/** Whether anything was paid for an answer, as the contract asks it: only then it can be complained of. */
export const isPaid = ({ request, response }: Receipt, { nonce, cost }: PaidLane): boolean =>
  nonce >= request.nonce && (cost < response.cumulativeCost ? cost : response.cumulativeCost) > request.ackedCost;

/** Whether these alone still prove enough: what is left after some cannot be shown any more has to. */
export const stillProves = (shown: readonly Pick<ShownFacts, "factor">[]): boolean => sumEvidence(shown).mayDispute;

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
