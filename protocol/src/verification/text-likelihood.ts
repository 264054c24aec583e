/**
 * Whether a drawn text is as likely as the reference says that such texts are. Text that other weights wrote is less likely
 * under the right ones than their own, also when they scored it afterwards: each token alone may be, all together are not.
 */
import type { ScoredPlace } from "./scored-place.ts";

/** Flatter the reference's distribution by these powers: the texts of coarser or smaller weights look like drawn from such. */
const POWERS = [0.5, 0.75] as const;
const LEAST_TEMPERATURE_MILLI = 50;

export interface TextToWeigh {
  readonly tokens: readonly number[];
  readonly places: readonly ScoredPlace[];
  readonly temperatureMilli: number;
  /** Thousandths of a nat by which an honest executor's own distribution may differ from the reference's at a token. */
  readonly slack: number;
}

/**
 * How many times likelier the text is when drawn from a flatter distribution than from the reference's: at most 1 on average
 * over an honest executor's texts, whatever model it is, because each token's mean is at most 1. Cutting by top-k or top-p only
 * lowers that: it takes tokens that a flatter distribution would give more. 1 for a temperature of nearly 0, where nothing is drawn.
 */
export function flatterLikelihood({ tokens, places, temperatureMilli, slack }: TextToWeigh): number {
  if (temperatureMilli < LEAST_TEMPERATURE_MILLI) return 1;
  const heat = temperatureMilli / 1000;
  const ratios = POWERS.map((power) => {
    const nats = tokens.map((token, index) => natsAt(places[index] ?? new Map(), { token, heat, power }));
    return Math.exp(nats.reduce((sum, one) => sum + one - slack / 1000 / heat, 0));
  });
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

interface Weighed {
  readonly token: number;
  readonly heat: number;
  readonly power: number;
}

/** Logarithm of q(token) / p(token), where p is the reference's at this temperature and q its power, both among the likeliest. */
function natsAt(place: ScoredPlace, { token, heat, power }: Weighed): number {
  const own = place.get(token);
  // How flat the rest is nobody tells: by the last of the likeliest, a long tail would speak against who drew from it.
  if (own === undefined) return 0;
  const scaled = (logprob: number, factor: number): number => (logprob * factor) / 1000 / heat;
  const logSum = (factor: number): number =>
    Math.log([...place.values()].reduce((sum, one) => sum + Math.exp(scaled(one, factor)), 0));
  return scaled(own, power) - logSum(power) - (scaled(own, 1) - logSum(1));
}
