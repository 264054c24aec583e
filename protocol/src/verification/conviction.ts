/**
 * What a jury convicts of a wrong model by. A challenger chooses what it shows: which prompts it asked, with which seeds, and which
 * of thousands of answers. So nothing counts that is merely rare among honest answers, as an unlikely text is: whoever chooses finds
 * what is rare, and shows nothing else. What counts is what no choice finds: a trace that cannot be that of its text, and a distance that
 * is several times what honest nodes were measured to differ by, as a mean of all places of an answer, of which nobody draws some.
 */

import { canonicalJson } from "../canonical.ts";
import { bytesToHex } from "../hex.ts";
import { keccak256 } from "../keccak.ts";
import type { ChatMessage } from "../messages.ts";
import { type Calibration, MOST_FALSE, measuredRate } from "./calibration.ts";
import type { AnswerFigures } from "./judge-answer.ts";

/** A jury's bound of an answer's distance: so many times the calibrated one. */
export const CONVICTING_TIMES = 4;
/** A validator that complains leaves one bound more, since jurors compute otherwise than it does. */
export const COMPLAINING_TIMES = CONVICTING_TIMES + 1;
/** Places that an answer has to have: with fewer, one strange place would be most of the mean. */
export const LEAST_PLACES = 4;
/** Different answers that have to be so far away. */
export const LEAST_ANSWERS = 3;

/** What one answer proves to a jury; `undefined`: nothing. */
export type Proof = "structure" | "distance" | undefined;

/** One answer, as far as it can convict. */
export interface ShownProof {
  /** `answerKey` of it. */
  readonly key: string;
  readonly proof: Proof;
}

/**
 * Whether answers convict: one whose trace cannot be true, or some that are different and far away. The same counts once, however often
 * it was bought; their order does not matter, nor what else is shown.
 */
export function convicts(answers: readonly ShownProof[]): boolean {
  if (answers.some(({ proof }) => proof === "structure")) return true;
  const far = answers.filter(({ proof }) => proof === "distance");
  return new Set(far.map(({ key }) => key)).size >= LEAST_ANSWERS;
}

/** Whether an answer lies `times` the calibrated bound away. A calibration that is too coarse to tell anything finds none. */
export const isFar = (
  { whole, places = 0 }: Pick<AnswerFigures, "whole" | "places">,
  calibration: Calibration,
  times: number = CONVICTING_TIMES,
): boolean =>
  whole !== undefined &&
  places >= LEAST_PLACES &&
  whole > times * calibration.distanceBound &&
  measuredRate(calibration) <= MOST_FALSE;

/**
 * Tells different answers apart, by what they were asked and what they say. Settings are left out: how far an answer lies does not
 * depend on how its tokens were drawn, so that the same text with another seed would be the same evidence.
 */
export function answerKey(messages: readonly ChatMessage[], text: string): string {
  const asked = messages.map(({ role, content }) => ({ role, content }));
  return bytesToHex(keccak256(new TextEncoder().encode(canonicalJson({ messages: asked, text }))));
}
