/** What a request's sampler does to the distribution that a trace and a reference tell, as far as it can be told afterwards. */
import type { Sampling } from "../messages.ts";
import { type ScoredPlace, scoreOf } from "./scored-place.ts";

/** Settings that make an answer differ from the model's own, all of them signed. */
export type Shaping = Pick<
  Sampling,
  | "temperatureMilli"
  | "responseFormat"
  | "toolUse"
  | "presencePenaltyMilli"
  | "frequencyPenaltyMilli"
  | "repeatPenaltyMilli"
  | "logitBias"
>;

/** Whether a grammar makes honest nodes write what the model would not have. */
export const isForced = ({ responseFormat, toolUse }: Shaping): boolean =>
  responseFormat !== "text" || toolUse !== undefined;

/**
 * Whether the scores do not tell how the sampler shaped them: what a grammar allows, and a penalty that divides logits, of which log
 * probabilities are only the differences. Of such answers the distance alone counts.
 */
export const isMeasuredApart = (shaping: Shaping): boolean =>
  isForced(shaping) || shaping.repeatPenaltyMilli !== undefined;

/** A text that was written, with the reference's scores of it. */
export interface ScoredText {
  readonly tokens: readonly number[];
  readonly places: readonly ScoredPlace[];
}

/**
 * The scores as penalties and biases leave them, the likeliest first, to within a constant at each place: what is taken off a logit is
 * taken off its log probability. `withWritten`: a written token that is not among a place's likeliest, of which the scores tell only
 * what it is below, comes in as likely as it can have been, so that nothing is held against who wrote it honestly.
 */
export function asShaped(
  { places, tokens }: ScoredText,
  { presencePenaltyMilli = 0, frequencyPenaltyMilli = 0, logitBias = [] }: Shaping,
  { withWritten = false }: { readonly withWritten?: boolean } = {},
): readonly ScoredPlace[] {
  if (presencePenaltyMilli === 0 && frequencyPenaltyMilli === 0 && logitBias.length === 0) return places;
  const bias = new Map(logitBias);
  const written = new Map<number, number>();
  const shift = (token: number): number => {
    const times = written.get(token) ?? 0;
    const presence = times > 0 ? presencePenaltyMilli : 0;
    return (bias.get(token) ?? 0) - presence - times * frequencyPenaltyMilli;
  };
  return places.map((place, at) => {
    const token = tokens[at];
    const shaped = [...place].map(([one, logprob]): [number, number] => [one, logprob + shift(one)]);
    if (token !== undefined && withWritten && !place.has(token))
      shaped.push([token, scoreOf(place, token) + shift(token)]);
    if (token !== undefined) written.set(token, (written.get(token) ?? 0) + 1);
    return new Map(shaped.sort(([, one], [, other]) => other - one));
  });
}
