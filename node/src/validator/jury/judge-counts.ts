import type { Hex } from "@lloom/protocol/commitment-types";
import { type CountedAnswer, countFinding } from "@lloom/protocol/count-finding";
import type { Counted, CountQuestion } from "../../backend/counting/count-messages.ts";
import { LloomError } from "../../errors.ts";
import type { Finding, ShownAnswer, ShownCase } from "./judge.ts";

/** Weights that this validator has: a file by its hash, and which version of llama.cpp a profile names. */
export interface Weights {
  readonly fileOf: (weightsHash: Hex) => string | undefined;
  readonly versionOf: (profileHash: Hex) => string | undefined;
}

export interface JudgeCountsParts {
  readonly weights: Weights;
  readonly count: (question: CountQuestion) => Promise<Counted>;
}

/** Counts every answer of a complaint about counts again. Throws MODEL_NOT_FOUND, and what counting throws. */
export async function judgeCounts(parts: JudgeCountsParts, { answers }: ShownCase): Promise<Finding> {
  const counted: CountedAnswer[] = [];
  for (const answer of answers) {
    const found = await countAgain(parts, answer);
    if (found === undefined) return { choice: "Insufficient", why: "Prompt or text of an answer was not shown." };
    counted.push(found);
  }
  const choice = countFinding(counted);
  return { choice, why: `${counted.length} of ${answers.length} answers were counted again.` };
}

async function countAgain(
  { weights, count }: JudgeCountsParts,
  { disputed, evidence }: ShownAnswer,
): Promise<CountedAnswer | undefined> {
  const { prompt, text, receipt } = evidence;
  if (prompt === undefined || text === undefined) return undefined;
  const vocabulary = weights.fileOf(prompt.weightsHash);
  if (vocabulary === undefined) throw noWeights(prompt.weightsHash);
  const { messages, profileHash } = prompt;
  const asOfSeconds = Number(receipt.request.deadline);
  const counts = await count({ vocabulary, messages, asOfSeconds, text: Buffer.from(text.bytes).toString() });
  return {
    ...{ request: receipt.request, response: receipt.response, counts },
    claimed: { inboundTokens: Number(disputed.inboundTokens), outboundTokens: Number(disputed.outboundTokens) },
    isSameVersion: counts.version === weights.versionOf(profileHash),
  };
}

/** A juror without them can only say that it cannot tell. */
export const noWeights = (weightsHash: Hex): LloomError =>
  new LloomError("MODEL_NOT_FOUND", `This validator does not have the weights ${weightsHash}.`, {
    next: "Fetch the GGUF file with this SHA-256, and name it in --weights.",
  });
