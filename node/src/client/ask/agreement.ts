/** Which of several answers to the same question is taken. Pure. */

/** What was taken, and by how many. */
export interface Agreed<T> {
  readonly chosen: T;
  /** How many gave that very text, the chosen one included. */
  readonly agree: number;
}

interface Said {
  readonly text: string;
}

/**
 * The text that most gave. Where as many gave another, the one whose beginning the others share for longest: two honest executors
 * with different machines go the same way until a near tie, and one that makes things up leaves it at once. Then the first.
 */
export function agreeOn<T extends Said>(answers: readonly [T, ...T[]]): Agreed<T> {
  const agreeing = (one: T): number => answers.filter(({ text }) => text === one.text).length;
  const shared = (one: T): number =>
    answers.reduce((sum, other) => sum + (other === one ? 0 : sharedBeginning(one.text, other.text)), 0);
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
