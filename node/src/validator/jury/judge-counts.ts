import type { Hex } from "@lloom/protocol/commitment-types";
import { countFinding, type JudgedAnswer } from "@lloom/protocol/count-finding";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import type { Counted, CountQuestion } from "../../backend/counting/count-messages.ts";
import { LloomError } from "../../errors.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import { countAgain } from "./count-again.ts";
import type { JurorFinding, ShownAnswer, ShownCase } from "./judge.ts";

/** Weights that this validator has, and what they make. */
export interface OwnWeights {
  readonly path: string;
  /** SHA-256 of the vocabulary. */
  readonly vocabulary: Hex;
}

export interface JudgeCountsParts {
  /** The weights with this hash; `undefined` where they are not here. */
  readonly weightsOf: (weightsHash: Hex) => OwnWeights | undefined;
  /** The text of a profile that is known here, whoever shows it. */
  readonly profileOf: (profileHash: Hex) => string | undefined;
  /** The file of a vocabulary, from whoever may have it. Throws where nobody gives it. */
  readonly fetchVocabulary: (hash: Hex, holders: readonly PeerTarget[]) => Promise<string>;
  readonly count: (question: CountQuestion) => Promise<Counted>;
}

/**
 * Counts every answer of a complaint about counts again: by the weights, or without them by the vocabulary that the executor signed.
 * Throws MODEL_NOT_FOUND where the weights could tell more, and what fetching and counting throw.
 */
export async function judgeCounts(parts: JudgeCountsParts, { answers }: ShownCase): Promise<JurorFinding> {
  const judged: JudgedAnswer[] = [];
  let lacking: Hex | undefined;
  for (const answer of answers) {
    const { prompt, text } = answer.evidence;
    if (prompt === undefined || text === undefined)
      return { choice: "Insufficient", why: "Prompt or text of an answer was not shown." };
    const weights = parts.weightsOf(prompt.weightsHash);
    if (weights === undefined) lacking ??= prompt.weightsHash;
    judged.push(await judge(parts, { answer, prompt, weights, text: Buffer.from(text.bytes).toString() }));
  }
  const choice = countFinding(judged);
  if (choice === "Insufficient" && lacking !== undefined) throw noWeights(lacking);
  return { choice, why: whyOf(judged) };
}

interface Judging {
  readonly answer: ShownAnswer;
  readonly prompt: OpenedPrompt;
  readonly text: string;
  readonly weights: OwnWeights | undefined;
}

async function judge(parts: JudgeCountsParts, { answer, prompt, text, weights }: Judging): Promise<JudgedAnswer> {
  const { disputed, evidence, holders } = answer;
  const { request, response } = evidence.receipt;
  const claimed = { inboundTokens: Number(disputed.inboundTokens), outboundTokens: Number(disputed.outboundTokens) };
  const { weightsHash, profileHash, messages, sampling } = prompt;
  const profile = prompt.profile ?? parts.profileOf(profileHash);
  const counted = await countAgain(
    { request, response, messages, text, sampling, profileHash, profile },
    {
      ...{ made: weights?.vocabulary, count: parts.count },
      vocabularyOf: (way) => {
        if (way.by === "named") return parts.fetchVocabulary(way.vocabulary, holders);
        if (weights === undefined) throw noWeights(weightsHash);
        return weights.path;
      },
    },
  );
  return { ...counted, claimed } as JudgedAnswer;
}

function whyOf(judged: readonly JudgedAnswer[]): string {
  const misnamed = judged.filter(({ counts }) => counts === "misnamed").length;
  const counted = `${judged.length - misnamed} of ${judged.length} answers were counted again`;
  return misnamed === 0 ? `${counted}.` : `${counted}; ${misnamed} name a vocabulary that their weights do not make.`;
}

/** A juror without them can only say that it cannot tell. */
export const noWeights = (weightsHash: Hex): LloomError =>
  new LloomError("MODEL_NOT_FOUND", `This validator does not have the weights ${weightsHash}.`, {
    next: "Fetch the GGUF file with this SHA-256, and name it in --weights.",
  });
