const WORDS = "the moon goes round a planet while small ships carry letters from one quiet harbour to the next".split(
  " ",
);

/** About so many words, other ones for each call: what a server remembers of one prompt helps with no other. */
export function longPrompt(words: number, index: number, salt: number): string {
  const first = `Letter ${salt + index}:`;
  const others = Array.from(
    { length: Math.max(0, words - 2) },
    (_, place) => WORDS[(place * 7 + index + salt) % WORDS.length],
  );
  return [first, ...others].join(" ");
}

/** Something that is answered at length. */
export const shortPrompt = (index: number, salt: number): string =>
  `Tell me a long story about harbour ${salt + index}.`;
