/** Which of several answers to the same question is taken. Pure. */
import { cosine, readVectors } from "@lloom/protocol/form/vectors";

/** What was taken, and by how many. */
export interface Agreed<T> {
  readonly chosen: T;
  /** How many gave the same, the chosen one included. */
  readonly agree: number;
}

interface Said {
  readonly text: string;
}

/** When two answers are the same, and how much two have in common that are not. */
export interface Sameness {
  isSame(a: string, b: string): boolean;
  inCommon(a: string, b: string): number;
}

/**
 * Very text; of other text the beginning: two honest executors with different machines go the same way until a near tie, and one that
 * makes things up leaves it at once.
 */
export const SAME_TEXT: Sameness = { isSame: (a, b) => a === b, inCommon: sharedBeginning };

/** How near to each other vectors of the same weights lie, whatever machine computed them; those of others do not. */
const LEAST_COSINE = 0.999;

/** Vectors that point the same way, each of them: last bits differ from machine to machine. */
export const SAME_VECTORS: Sameness = {
  isSame: (a, b) => a === b || leastCosine(a, b) >= LEAST_COSINE,
  inCommon: leastCosine,
};

/**
 * What most gave. Where as many gave something else, the one with which the others have most in common. Then the first.
 */
export function agreeOn<T extends Said>(
  answers: readonly [T, ...T[]],
  { isSame, inCommon }: Sameness = SAME_TEXT,
): Agreed<T> {
  const agreeing = (one: T): number => answers.filter(({ text }) => isSame(text, one.text)).length;
  const shared = (one: T): number =>
    answers.reduce((sum, other) => sum + (other === one ? 0 : inCommon(one.text, other.text)), 0);
  let [chosen] = answers;
  for (const one of answers) {
    const more = agreeing(one) - agreeing(chosen);
    if (more > 0 || (more === 0 && shared(one) > shared(chosen))) chosen = one;
  }
  return { chosen, agree: agreeing(chosen) };
}

function sharedBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** Of the two vectors that lie furthest apart. */
function leastCosine(a: string, b: string): number {
  const [those, others] = [readVectors(a), readVectors(b)];
  if (typeof those === "string" || typeof others === "string" || those.length !== others.length) return -1;
  return Math.min(...those.map((vector, place) => cosine(vector, others[place] ?? new Float32Array())));
}
