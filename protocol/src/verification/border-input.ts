/**
 * Questions whose first token is nearly a tie, by the reference's logits: the lead is larger than what honest nodes differ by,
 * and smaller than what other weights differ by. There the first token of an answer at temperature 0 tells a swap, of any
 * backend, without log probabilities.
 */
import { leadOf, type ScoredPlace } from "./scored-place.ts";

/** A lead may be so many times the honest nodes' bound: beyond, most swaps do not show. */
const WIDEST = 2;

/** What the reference says of a question's first token. */
export interface BorderInput {
  /** Text of the likeliest. */
  readonly expected: string;
  /** Text of the one that other weights may take. */
  readonly other: string;
}

/**
 * The input that a question is, or `undefined`. `least` is the smallest gap that no honest node shows, thousandths of a nat.
 * Texts of which one begins with the other are left out: an answer's text would not tell which token it was.
 */
export function borderInput(
  place: ScoredPlace,
  least: number,
  textOf: (token: number) => string,
): BorderInput | undefined {
  const lead = leadOf(place);
  if (lead <= least || lead > WIDEST * least) return undefined;
  const [first, second] = place.keys();
  if (first === undefined || second === undefined) return undefined;
  const [expected, other] = [textOf(first), textOf(second)];
  return isWhole(expected) && isWhole(other) && !expected.startsWith(other) && !other.startsWith(expected)
    ? { expected, other }
    : undefined;
}

/** Part of a character has no text of its own. With none, as of a token that ends the answer, every text begins. */
const isWhole = (text: string): boolean => !text.includes("\uFFFD");

/** Whether an answer begins otherwise than the reference's. An empty answer says nothing: it is no answer. */
export const isFlipped = ({ expected }: BorderInput, text: string): boolean =>
  text !== "" && !text.startsWith(expected);
