/**
 * What a juror finds when counts are complained of. The statement of the dispute is what the challenger counted: it is true if no
 * answer was charged for as few tokens as it says by mistake, that is, if no claimed count is below the true one. Who claims less
 * than was overcharged tells no lie.
 */

import type { RequestCommitment, ResponseCommitment } from "./commitment-types.ts";
import { charged, type TokenCounts, toleranceOf } from "./token-counts.ts";
import type { VoteChoice } from "./votes.ts";

/** One answer complained of, counted again. */
export interface CountedAnswer {
  readonly request: Pick<RequestCommitment, "maxInboundTokens" | "maxOutboundTokens">;
  readonly response: Pick<ResponseCommitment, "inboundTokens" | "outboundTokens">;
  /** As the challenger states. */
  readonly claimed: TokenCounts;
  /** As the juror counts. */
  readonly counts: TokenCounts;
  /** By the very version that the executor's profile names. Else a difference within the tolerance says nothing. */
  readonly isSameVersion: boolean;
}

/** One untrue claim makes the statement untrue, whatever else is in it; else one that cannot be told leaves it open. */
export function countFinding(answers: readonly CountedAnswer[]): VoteChoice {
  const findings = answers.flatMap((answer) => [
    findingOf(answer, "inboundTokens", answer.request.maxInboundTokens),
    findingOf(answer, "outboundTokens", answer.request.maxOutboundTokens),
  ]);
  if (findings.includes("Match")) return "Match";
  if (findings.includes("Insufficient")) return "Insufficient";
  return findings.includes("Mismatch") ? "Mismatch" : "Match";
}

/** `undefined` where nothing is claimed: the count that was charged is said to be right. */
function findingOf(
  { response, claimed, counts, isSameVersion }: CountedAnswer,
  which: keyof TokenCounts,
  most: bigint,
): VoteChoice | undefined {
  const [stated, claim, counted] = [response[which], BigInt(claimed[which]), charged(counts[which], most)];
  if (claim >= stated) return undefined;
  const tolerance = isSameVersion ? 0n : toleranceOf(counted);
  // An honest executor of another version may have counted so much.
  if (stated <= counted + tolerance) return "Match";
  if (claim >= counted) return "Mismatch";
  return claim + tolerance < counted ? "Match" : "Insufficient";
}
