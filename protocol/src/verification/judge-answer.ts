/**
 * What one answer shows for or against the offered weights, by the bounds of a calibration. Odds hold for answers that nobody selected,
 * as canaries are: they move reports and reputation. What a jury convicts by is in `conviction.ts`.
 */
import type { Hex } from "../commitment-types.ts";
import { type BorderInput, isFlipped } from "./border-input.ts";
import { type Calibration, MOST_FALSE, measuredRate } from "./calibration.ts";
import { checkedPlaces } from "./checked-places.ts";
import { asShaped, isForced, isMeasuredApart, type Shaping } from "./sampler-shape.ts";
import type { ScoredPlace, WrittenLeaf } from "./scored-place.ts";
import { foundFactor } from "./sequential-test.ts";
import { flatterLikelihood } from "./text-likelihood.ts";
import { compareTrace, greedyGap, type TraceFigures, wholeDistance } from "./trace-distance.ts";

/** No canary counts more than this, whatever it shows. */
export const MOST_FACTOR = 1 / MOST_FALSE;

export interface AnswerToJudge extends Shaping {
  readonly responseHash: Hex;
  /** What draws the places; the executor could not know it when it signed. */
  readonly secret: Hex;
  readonly text: string;
  /** The trace, read; absent where the answer has none. */
  readonly leaves?: readonly WrittenLeaf[] | undefined;
  /** The reference's scores of the trace's tokens; absent where its context does not hold them. */
  readonly places?: readonly ScoredPlace[] | undefined;
  /** What the question is a border input of; it counts at temperature 0. */
  readonly border?: BorderInput | undefined;
}

/** Figures of one answer; what could not be measured is absent. */
export interface AnswerFigures extends Partial<TraceFigures> {
  readonly gap?: number;
  readonly isFlipped?: boolean;
  /** Mean distance over all places, and their number: what a jury convicts by (`conviction.ts`). */
  readonly whole?: number;
  readonly places?: number;
  /** `flatterLikelihood`; 1 where nothing was drawn freely. */
  readonly flatter: number;
}

/** What follows from them. */
export interface AnswerVerdict {
  readonly figures: AnswerFigures;
  /** Beyond what honest nodes show: at most once in a thousand honest answers. */
  readonly found: boolean;
  /** The evidence factor; `undefined` if nothing could be measured. */
  readonly factor: number | undefined;
}

/** All that can be measured of an answer. */
export function figuresOf(answer: AnswerToJudge, distanceBound: number): AnswerFigures {
  const { leaves, places, border, temperatureMilli, text } = answer;
  const isGreedy = temperatureMilli === 0;
  // A border input's first token is nearly a tie of the model's own: what forces tokens, or favours some, decides it.
  const isOwnFirst = !isForced(answer) && answer.logitBias === undefined;
  const flipped =
    isGreedy && isOwnFirst && border !== undefined && text !== "" ? { isFlipped: isFlipped(border, text) } : {};
  if (leaves === undefined || places === undefined) return { ...flipped, flatter: 1 };
  const tokens = leaves.map(({ token }) => token);
  // The trace is from before the sampler: what was drawn is held against the scores as the sampler shaped them, where they tell that.
  const isTold = !isMeasuredApart(answer);
  const scored = { tokens, places };
  return {
    ...flipped,
    ...compareTrace(leaves, places, checkedPlaces({ ...answer, places })),
    ...wholeDistance(leaves, places),
    ...(isGreedy && isTold && { gap: greedyGap(tokens, asShaped(scored, answer, { withWritten: true })) }),
    flatter: isTold
      ? flatterLikelihood({ tokens, places: asShaped(scored, answer), temperatureMilli, slack: distanceBound })
      : 1,
  };
}

/** Judges by a calibration that covers the executor's profile; one that is too coarse finds nothing. */
export const judgeAnswer = (answer: AnswerToJudge, calibration: Calibration): AnswerVerdict =>
  factorOf({ figures: figuresOf(answer, calibration.distanceBound), ...answer }, calibration);

/** What follows from figures that were measured. */
export function factorOf(
  { figures, temperatureMilli }: Pick<AnswerVerdict, "figures"> & Pick<AnswerToJudge, "temperatureMilli">,
  calibration: Calibration,
): AnswerVerdict {
  const rate = measuredRate(calibration);
  if (!isMeasured(figures) || rate > MOST_FALSE) return { figures, found: false, factor: undefined };
  const found = isBeyond(figures, calibration);
  const byBounds = foundFactor(found, rate);
  // Both means are at most 1, and so is theirs; what is cut off only lowers it.
  const factor = temperatureMilli === 0 ? byBounds : (byBounds + figures.flatter) / 2;
  return { figures, found, factor: Math.min(MOST_FACTOR, factor) };
}

/** Whether a figure lies beyond what honest nodes show. */
export const isBeyond = (
  { distance = 0, gap = 0, isFlipped: flipped = false }: AnswerFigures,
  { distanceBound, leadBound }: Pick<Calibration, "distanceBound" | "leadBound">,
): boolean => distance > distanceBound || gap > leadBound || flipped;

const isMeasured = ({ distance, isFlipped: flipped }: AnswerFigures): boolean =>
  distance !== undefined || flipped !== undefined;
