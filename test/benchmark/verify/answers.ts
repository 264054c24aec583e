import { TRACE_LIKELIEST, type TraceToken } from "@lloom/protocol/trace";
import type { AnswerFigures } from "@lloom/protocol/verification/judge-answer";
import type { Reference } from "../../../node/src/backend/llama-reference.ts";
import { calibratingCanary } from "../../../node/src/validator/calibrate/calibrate.ts";
import type { HonestAnswer } from "../../../node/src/validator/calibrate/honest-messages.ts";
import { HonestNode, type HonestSetting } from "../../../node/src/validator/calibrate/honest-node.ts";
import { measure } from "../../../node/src/validator/calibrate/measure.ts";

/** Draws other canaries than a calibration's. */
const SEED = 77;

/** One canary that was answered, and what it shows. */
export interface AnsweredCanary {
  readonly figures: AnswerFigures;
  readonly temperatureMilli: number;
  /** Tokens of the answer, its end among them. */
  readonly tokens: number;
}

export interface Answering {
  readonly reference: Reference;
  readonly setting: HonestSetting;
  readonly canaries: number;
  readonly distanceBound: number;
  /** Whoever wrote the text has it scored by the right weights afterwards, and tells their figures. */
  readonly isScored?: boolean;
}

/** Real answers of one node, which may be a cheat, measured as an audit does. */
export async function answerCanaries(answering: Answering): Promise<AnsweredCanary[]> {
  const { reference, setting, canaries, distanceBound, isScored = false } = answering;
  await using node = await HonestNode.open(setting);
  const answered: AnsweredCanary[] = [];
  for (let index = 0; index < canaries; index++) {
    const canary = calibratingCanary(SEED, index);
    const told = await node.answer(canary);
    const answer = isScored ? await scored(reference, { canary, answer: told }) : told;
    const figures = await measure(reference, { canary, answer, index }, distanceBound);
    answered.push({ figures, temperatureMilli: canary.sampling.temperatureMilli, tokens: told.trace.length });
  }
  return answered;
}

/** The same text with the trace that the right weights give it: a prefill instead of an answer. */
async function scored(
  reference: Reference,
  { canary, answer }: { readonly canary: ReturnType<typeof calibratingCanary>; readonly answer: HonestAnswer },
): Promise<HonestAnswer> {
  const tokens = answer.trace.map(({ token }) => Number(token));
  const places = (await reference.score({ messages: canary.messages, asOfSeconds: 0 }, tokens)) ?? [];
  const trace = tokens.map((token, at): TraceToken => {
    const place = places[at] ?? new Map<number, number>();
    const likeliest = [...place]
      .slice(0, TRACE_LIKELIEST)
      .map(([id, odds]) => ({ token: id, logprob: Math.round(odds) || 0 }));
    const own = likeliest.find((one) => one.token === token)?.logprob ?? Math.round(place.get(token) ?? -32_768);
    return { token, logprob: own, likeliest };
  });
  return { ...answer, trace };
}
