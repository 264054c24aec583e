import { costUp } from "@lloom/protocol/costs";
import { TRACE_LIKELIEST, type TraceToken } from "@lloom/protocol/trace";
import type { AnswerFigures } from "@lloom/protocol/verification/judge-answer";
import type { Reference } from "../../../node/src/backend/llama-reference.ts";
import type { HonestAnswer } from "../../../node/src/validator/calibrate/honest-messages.ts";
import { measure } from "../../../node/src/validator/calibrate/measure.ts";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import { type Canary, drawCanary } from "../../../node/src/validator/canary/draw-canary.ts";

/** Draws other canaries than a calibration's. */
const SEED = 77;
const SEEDS = 2 ** 31;
/** What `lloom executor` asks by itself, base units for 1 000 000 tokens. */
const PRICE = { inboundPrice: 100_000n, outboundPrice: 400_000n };

/** Whoever answers, honest or not. */
export interface Answerer {
  answer(canary: Canary): Promise<HonestAnswer>;
}

/** A canary with its answer. */
export interface AnsweredCanary {
  readonly canary: Canary;
  readonly answer: HonestAnswer;
  /** Tokens of the answer that are paid. */
  readonly tokens: number;
  /** Base units: prompt and answer at the prices that `lloom executor` asks by itself, without gas. */
  readonly cost: number;
}

/** The same, measured as an audit does. */
export interface MeasuredCanary extends AnsweredCanary {
  readonly figures: AnswerFigures;
  readonly temperatureMilli: number;
}

/** A canary as audits ask it, not cut, and the same for everybody. */
export function benchCanary(index: number): Canary {
  const random = seededRandom(SEED, index);
  const canary = drawCanary(random);
  return { ...canary, sampling: { ...canary.sampling, seed: Math.floor(random() * SEEDS) } };
}

/** Real answers of one node, which may be a cheat. */
export async function answersOf(node: Answerer, canaries: number): Promise<AnsweredCanary[]> {
  const answered: AnsweredCanary[] = [];
  for (let index = 0; index < canaries; index++) {
    const canary = benchCanary(index);
    answered.push(paid(canary, await node.answer(canary)));
  }
  return answered;
}

/** Counts above the limit are charged at the limit. */
export function paid(canary: Canary, answer: HonestAnswer): AnsweredCanary {
  const tokens = Math.min(answer.outboundTokens, canary.maxOutboundTokens);
  const counts = { inboundTokens: BigInt(answer.inboundTokens), outboundTokens: BigInt(tokens) };
  return { canary, answer, tokens, cost: Number(costUp({ ...PRICE, ...counts })) };
}

/** What an audit finds in them. */
export async function measureAll(
  reference: Reference,
  answered: readonly AnsweredCanary[],
  distanceBound: number,
): Promise<MeasuredCanary[]> {
  const measured: MeasuredCanary[] = [];
  for (const [index, one] of answered.entries()) {
    const figures = await measure(reference, { ...one, index }, distanceBound);
    measured.push({ ...one, figures, temperatureMilli: one.canary.sampling.temperatureMilli });
  }
  return measured;
}

/** The same texts with the traces that the right weights give them: a prefill instead of an answer. */
export async function scoredBy(reference: Reference, answered: readonly AnsweredCanary[]): Promise<AnsweredCanary[]> {
  const scored: AnsweredCanary[] = [];
  for (const one of answered) {
    const { canary, answer } = one;
    const tokens = answer.trace.map(({ token }) => Number(token));
    const places = (await reference.score({ messages: canary.messages, asOfSeconds: 0 }, tokens)) ?? [];
    const trace = tokens.map((token, at): TraceToken => {
      const place = places[at] ?? new Map<number, number>();
      const likeliest = [...place]
        .slice(0, TRACE_LIKELIEST)
        .map(([id, odds]) => ({ token: id, logprob: Math.round(odds) || 0 }));
      const own = likeliest.find((other) => other.token === token)?.logprob;
      return { token, logprob: own ?? Math.round(place.get(token) ?? -32_768), likeliest };
    });
    scored.push({ ...one, answer: { ...answer, trace } });
  }
  return scored;
}
