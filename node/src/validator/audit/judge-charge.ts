import { type Hex, type Receipt, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { chargedTooMuch, type RecountedAnswer } from "@lloom/protocol/count-finding";
import type { ChatMessage } from "@lloom/protocol/messages";
import { hashProfile } from "@lloom/protocol/profile";
import { LloomError } from "../../errors.ts";
import { type CountAgainParts, countAgain } from "../jury/count-again.ts";
import type { OwnWeights } from "../jury/judge-counts.ts";
import type { CanaryAnswer, CanaryFinding } from "./canary-answer.ts";

/** Counts by weights that are here. */
export interface OwnCounting extends OwnWeights, Pick<CountAgainParts, "count"> {
  readonly weightsHash: Hex;
}

/** What was charged for an answer. */
export interface Charge {
  readonly answer: Pick<CanaryAnswer, "text" | "profile">;
  readonly receipt: Pick<Receipt, "request" | "response">;
  readonly messages: readonly ChatMessage[];
}

/**
 * What jurors with these weights would find about the counts of an answer: nothing, unless more was charged than there is, or the
 * profile names a vocabulary that the weights do not make. An answer that cannot be counted here is not blamed for that.
 */
export async function judgeCharge(
  { answer: { text, profile }, receipt: { request, response }, messages }: Charge,
  { path, vocabulary, count }: OwnCounting,
): Promise<CanaryFinding | undefined> {
  // A failed answer costs nothing.
  if (response.finishReason === 0n) return undefined;
  const profileHash = profile === undefined ? ZERO_HASH : hashProfile(profile);
  const counted = await countAgain(
    { request, response, messages, text, profileHash, profile },
    { made: vocabulary, vocabularyOf: () => path, count },
  ).catch(uncounted);
  const tooMuch = counted && chargedTooMuch(counted);
  return tooMuch && { failure: "counts", problem: problemOf(counted), ...tooMuch };
}

function uncounted(thrown: unknown): undefined {
  if (thrown instanceof LloomError && thrown.code === "BACKEND_FAILED") return undefined;
  throw thrown;
}

function problemOf({ response, counts }: RecountedAnswer): string {
  if (counts === "misnamed") return "The profile names a vocabulary that the offered weights do not make.";
  const { inboundTokens, outboundTokens } = counts;
  const stated = `${response.inboundTokens} prompt and ${response.outboundTokens} answer tokens`;
  return `The response counts ${stated}; the weights' vocabulary counts ${inboundTokens} and ${outboundTokens}.`;
}
