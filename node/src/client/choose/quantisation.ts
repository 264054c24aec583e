/** How weights are stored, in the words of OpenRouter's document; others have none there. */
const QUANTISATIONS: readonly (readonly [RegExp, string])[] = [
  [/^F16$/, "fp16"],
  [/^BF16$/, "bf16"],
  [/^F32$/, "fp32"],
  [/^Q8_/, "int8"],
  [/^Q4_/, "int4"],
];

/** What a request may ask for; `unknown` is what has none of the other words. */
export const QUANTISATION_WORDS: ReadonlySet<string> = new Set([...QUANTISATIONS.map(([, word]) => word), "unknown"]);

/** Of weights whose profile says how they are stored; null where there is no word for it. */
export const quantisationOf = (precision = ""): string | null =>
  QUANTISATIONS.find(([pattern]) => pattern.test(precision))?.[1] ?? null;
