/**
 * What a juror finds when counts are complained of. The statement of the dispute is what the challenger counted: it is true if no
 * answer was charged for as few tokens as it says by mistake. Who claims less than was overcharged tells no lie.
 *
 * No two jurors who judge by the rule find the opposite of each other, whatever they know and by which version they count: who
 * cannot exclude that another rightly finds otherwise finds nothing. Versions are taken to differ by `toleranceOf` at most.
 */

import type { RequestCommitment, ResponseCommitment } from "./commitment-types.ts";
import { charged, type TokenCounts, toleranceOf } from "./token-counts.ts";
import type { VoteChoice } from "./votes.ts";

/** One answer complained of. */
export interface ClaimedAnswer {
  readonly request: Pick<RequestCommitment, "maxInboundTokens" | "maxOutboundTokens">;
  readonly response: Pick<ResponseCommitment, "inboundTokens" | "outboundTokens">;
  /** As the challenger states. */
  readonly claimed: TokenCounts;
}

/** One that was counted again. */
export interface CountedAnswer extends ClaimedAnswer {
  /** As the juror counts. */
  readonly counts: TokenCounts;
  /** By the very version that the executor's profile names. Else a difference within the tolerance says nothing. */
  readonly isSameVersion: boolean;
  /** By the right vocabulary, and the profile names no other: see `counting-by.ts`. Else they can convict, and clear nobody. */
  readonly canClear: boolean;
}

/** One whose profile names a vocabulary that the signed weights do not make. */
export interface MisnamedAnswer extends ClaimedAnswer {
  readonly counts: "misnamed";
}

export type JudgedAnswer = CountedAnswer | MisnamedAnswer;

/** One of which nothing is claimed yet. */
export type RecountedAnswer = Omit<CountedAnswer, "claimed"> | Omit<MisnamedAnswer, "claimed">;

/** One untrue claim makes the statement untrue, whatever else is in it; else one that cannot be told leaves it open. */
export function countFinding(answers: readonly JudgedAnswer[]): VoteChoice {
  const findings = answers.flatMap((answer) => [
    findingOf(answer, "inboundTokens", answer.request.maxInboundTokens),
    findingOf(answer, "outboundTokens", answer.request.maxOutboundTokens),
  ]);
  if (findings.includes("Match")) return "Match";
  if (findings.includes("Insufficient")) return "Insufficient";
  return findings.includes("Mismatch") ? "Mismatch" : "Match";
}

/** `undefined` where nothing is claimed: the count that was charged is said to be right. */
function findingOf(answer: JudgedAnswer, which: keyof TokenCounts, most: bigint): VoteChoice | undefined {
  const [stated, claim] = [answer.response[which], BigInt(answer.claimed[which])];
  if (claim >= stated) return undefined;
  // Whoever named another vocabulary has no counts that it promised: the client could not but count otherwise.
  if (answer.counts === "misnamed") return "Mismatch";
  const found = comparison({ stated, claim, counted: charged(answer.counts[which], most) }, answer.isSameVersion);
  return found === "Match" && !answer.canClear ? "Insufficient" : found;
}

interface Compared {
  readonly stated: bigint;
  readonly claim: bigint;
  readonly counted: bigint;
}

function comparison({ stated, claim, counted }: Compared, isSameVersion: boolean): VoteChoice {
  const tolerance = toleranceOf(counted);
  // The executor's version may count so much more or less than the juror's.
  const doubt = isSameVersion ? 0n : tolerance;
  if (stated + doubt <= counted) return "Match";
  if (stated <= counted + doubt) return claim + 2n * tolerance < counted ? "Match" : "Insufficient";
  // It was overcharged. The challenger's version, too, may be another than the executor's or this one.
  if (claim + tolerance >= counted) return "Mismatch";
  return claim + 2n * tolerance < counted ? "Match" : "Insufficient";
}

/**
 * What a client can state of counts that are too high, so that jurors of every version find the same: of each count that is beyond
 * what two versions may differ by, the client's own, and of the others nothing. `undefined` if there is none.
 */
export function certainClaim({
  request,
  response,
  counts,
}: Pick<CountedAnswer, "request" | "response" | "counts">): TokenCounts | undefined {
  const inboundTokens = certain(response.inboundTokens, charged(counts.inboundTokens, request.maxInboundTokens));
  const outboundTokens = certain(response.outboundTokens, charged(counts.outboundTokens, request.maxOutboundTokens));
  const claimed = inboundTokens < response.inboundTokens || outboundTokens < response.outboundTokens;
  return claimed ? { inboundTokens: Number(inboundTokens), outboundTokens: Number(outboundTokens) } : undefined;
}

/** An answer that was charged for too much. */
export interface TooMuch {
  /** What can be claimed so that jurors of every version find it true; absent where a difference is too small for that. */
  readonly claim?: TokenCounts;
}

/**
 * Whether a juror who counts so finds that more was charged than there is, or that the name of the vocabulary is false; `undefined` if
 * not. Whoever named another vocabulary has promised no counts at all: nothing is what it can charge for.
 */
export function chargedTooMuch(answer: RecountedAnswer): TooMuch | undefined {
  const isTrue = (claimed: TokenCounts): boolean =>
    countFinding([{ ...answer, claimed } as JudgedAnswer]) === "Mismatch";
  const { request, response, counts } = answer;
  if (counts === "misnamed") {
    const claim = { inboundTokens: 0, outboundTokens: 0 };
    return isTrue(claim) ? { claim } : undefined;
  }
  const claim = certainClaim({ request, response, counts });
  if (claim !== undefined && isTrue(claim)) return { claim };
  const own = {
    inboundTokens: Number(charged(counts.inboundTokens, request.maxInboundTokens)),
    outboundTokens: Number(charged(counts.outboundTokens, request.maxOutboundTokens)),
  };
  return isTrue(own) ? {} : undefined;
}

function certain(stated: bigint, counted: bigint): bigint {
  const juror = counted + toleranceOf(counted);
  return stated > juror + toleranceOf(juror) ? counted : stated;
}
