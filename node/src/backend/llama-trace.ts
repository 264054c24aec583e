import { LEAST_LOGPROB, milliNats, type TokenOdds, TRACE_LIKELIEST, type TraceToken } from "@lloom/protocol/trace";
import type { LlamaContext, LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { LloomError } from "../errors.ts";
import { Mutex } from "../primitives/mutex.ts";

/** Log probabilities are shares among so many likeliest tokens. Sorting a whole vocabulary for each token takes milliseconds. */
export const LOGPROBS_AMONG = 64;

/** A token that the model wrote, the one that ends the answer included. */
export interface WrittenToken {
  readonly token: Token;
  readonly trace: TraceToken;
}

/**
 * What node-llama-cpp keeps to itself, in the version that the package names. Its own way to the likeliest tokens gives them
 * as the sampler left them: by its temperature, cut by top-k and top-p, and of the whole vocabulary where nothing cuts.
 */
interface Internals {
  readonly context: { readonly _ctx: NativeContext };
  readonly model: {
    readonly _model: unknown;
    readonly _llama: { readonly _bindings: { readonly AddonSampler: new (model: unknown) => NativeSampler } };
  };
}

export interface NativeContext {
  /** Place in the batch, sampler, whether the likeliest are told, and whether the likeliest is taken. */
  sampleToken(...args: readonly unknown[]): Promise<unknown>;
}

export interface NativeSampler {
  applyConfig(config: Readonly<Record<string, number>>): void;
  dispose(): void;
}

/** What samples from a context's logits. Throws INTERNAL for a version of the package that hides it otherwise. */
export function nativeContext(context: LlamaContext): NativeContext {
  const { _ctx: native } = context as unknown as Internals["context"];
  if (typeof native?.sampleToken !== "function") throw unknownVersion();
  return native;
}

/** A sampler of its own. Throws INTERNAL as `nativeContext` does. */
export function nativeSampler(model: LlamaModel, config: Readonly<Record<string, number>>): NativeSampler {
  const { _model, _llama } = model as unknown as Internals["model"];
  if (typeof _llama?._bindings?.AddonSampler !== "function") throw unknownVersion();
  const sampler = new _llama._bindings.AddonSampler(_model);
  sampler.applyConfig(config);
  return sampler;
}

const unknownVersion = (): LloomError =>
  new LloomError("INTERNAL", "This version of node-llama-cpp gives no way to log probabilities.");

/**
 * From now on whoever asks this context for probabilities gets those of the model itself: at temperature 1, before sampling
 * and grammar, the likeliest first. What is sampled stays what it was, since it is sampled apart, after them.
 */
export function traceContext(model: LlamaModel, context: LlamaContext): Disposable {
  const native = nativeContext(context);
  const likeliest = nativeSampler(model, { temperature: 1, topK: LOGPROBS_AMONG, topP: 1, minP: 0, seed: 0 });
  const sample = native.sampleToken.bind(native);
  // Each sequence has a sampler of its own; this one is shared, and llama.cpp samples in several threads at once.
  const turn = new Mutex();
  const sampleTraced = async (place: unknown, sampler: unknown, ...asked: unknown[]) => {
    const [withTrace, isTheLikeliest] = asked;
    if (withTrace !== true) return sample(place, sampler, ...asked);
    const told = await turn.run(() => sample(place, likeliest, true));
    const odds: unknown = Array.isArray(told) ? told[1] : undefined;
    return [(isTheLikeliest === true ? onlyLikeliest(odds) : undefined) ?? (await sample(place, sampler)), odds];
  };
  Object.defineProperty(native, "sampleToken", { value: sampleTraced, configurable: true });
  return { [Symbol.dispose]: () => likeliest.dispose() };
}

/** What greedy sampling takes: the first, unless another one is exactly as likely, when the sampler itself has to say. */
function onlyLikeliest(odds: unknown): unknown {
  if (!Array.isArray(odds)) return undefined;
  const [token, share, , next] = odds;
  return share === next ? undefined : token;
}

/** Whether the sampler takes the likeliest token whatever comes: then the trace has it already, and looks once, not twice. */
const takesLikeliest = (options: SequenceEvaluateOptions): boolean => {
  const { temperature, grammarEvaluationState, repeatPenalty, tokenBias } = options;
  return [grammarEvaluationState, repeatPenalty, tokenBias].every((one) => one === undefined) && temperature === 0;
};

/** Samples token after token, each with its trace; the token that ends the answer is the last. */
export async function* evaluateTraced(
  sequence: LlamaContextSequence,
  tokens: Token[],
  options: SequenceEvaluateOptions,
): AsyncGenerator<WrittenToken, void, void> {
  // Nobody reads the second flag but `traceContext`, which it reaches as it is.
  const asked = { probabilities: true, confidence: takesLikeliest(options) } as const;
  const evaluated = sequence.evaluateWithMetadata(tokens, asked, { ...options, yieldEogToken: true });
  for await (const { token, probabilities } of evaluated) {
    yield { token, trace: traceOf(token, probabilities) };
    if (sequence.model.isEogToken(token)) return;
  }
}

/** With the likeliest that a leaf may hold: those that round to the same as the last of them, too. */
export function traceOf(token: Token, probabilities: ReadonlyMap<Token, number>): TraceToken {
  const likeliest: TokenOdds[] = [];
  for (const [other, share] of probabilities) {
    const logprob = milliNats(Math.log(share));
    if (likeliest.length >= TRACE_LIKELIEST && logprob < (likeliest.at(-1)?.logprob ?? 0)) break;
    likeliest.push({ token: other, logprob });
  }
  const own = probabilities.get(token);
  return { token, logprob: own === undefined ? LEAST_LOGPROB : milliNats(Math.log(own)), likeliest };
}
