import { createHash, randomInt } from "node:crypto";
import type { Sampling } from "@lloom/protocol/messages";
import {
  type LlamaGrammar,
  LlamaGrammarEvaluationState,
  type LlamaModel,
  type SequenceEvaluateOptions,
  type Token,
  TokenBias,
} from "node-llama-cpp";

/** What samples the tokens of an answer. */
export interface Sampled {
  readonly model: LlamaModel;
  readonly sampling: Sampling;
  readonly grammar: LlamaGrammar | undefined;
}

const SEEDS = 2 ** 32;
/** Tokens of an answer that penalties look back at: all of them. */
const WHOLE_ANSWER = 2 ** 20;

/**
 * Everything is given: llama.cpp's own defaults must not creep into answers that were paid for by other settings. `written`: the
 * answer's tokens so far, which penalties are about; the prompt's are not.
 */
export function samplerOptions(
  { model, sampling, grammar }: Sampled,
  written: readonly Token[],
): SequenceEvaluateOptions {
  const { temperatureMilli, topPMilli, topK, minPMilli = 0, seed, seedHigh, logitBias } = sampling;
  const { presencePenaltyMilli = 0, frequencyPenaltyMilli = 0, repeatPenaltyMilli = 1000 } = sampling;
  const isPenalised = presencePenaltyMilli !== 0 || frequencyPenaltyMilli !== 0 || repeatPenaltyMilli !== 1000;
  return {
    temperature: temperatureMilli / 1000,
    topP: topPMilli / 1000,
    topK,
    minP: minPMilli / 1000,
    seed: seed === undefined ? randomInt(SEEDS) : foldSeed(seed, seedHigh),
    ...(isPenalised && {
      repeatPenalty: {
        punishTokens: () => [...written],
        maxPunishTokens: WHOLE_ANSWER,
        penalty: repeatPenaltyMilli / 1000,
        presencePenalty: presencePenaltyMilli / 1000,
        frequencyPenalty: frequencyPenaltyMilli / 1000,
      },
    }),
    ...(logitBias !== undefined && { tokenBias: biasOf(model, logitBias) }),
    ...(grammar !== undefined && { grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }) }),
  };
}

/** As large a bias as there may be bans a token, or leaves nothing else. */
function biasOf(model: LlamaModel, biases: NonNullable<Sampling["logitBias"]>): TokenBias {
  const bias = new TokenBias(model.tokenizer);
  for (const [token, milli] of biases) bias.set(token as Token, { logit: milli / 1000 });
  return bias;
}

/**
 * A seed of 64 bits as the 32 that llama.cpp takes: itself where it is no larger, else a hash of it, so that seeds which differ
 * anywhere give other answers.
 */
function foldSeed(low: number, high = 0): number {
  if (high === 0) return low;
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(high, 0);
  bytes.writeUInt32BE(low, 4);
  return createHash("sha256").update(bytes).digest().readUInt32BE(0);
}
