/** What executors count for a model's chat template, compared with each other: their counts are statements. Pure. */
import { type PromptCount, statedTemplateTokens } from "@lloom/protocol/token-bounds";

/** What one executor has counted of prompts to one model, tokens. */
export interface CountedPrompts {
  /** Most that no text explains: so many must be the template's. */
  readonly stated: number;
  /** Fewest of any prompt: if that was true, the template has no more. */
  readonly least: number;
}

/** After one more count. Nothing is forgotten: honest counts later do not make a wrong one true. */
export function afterCounting(known: CountedPrompts | undefined, count: PromptCount): CountedPrompts {
  const { stated, least } = known ?? { stated: 0, least: Number.POSITIVE_INFINITY };
  return {
    stated: Math.max(stated, Number(statedTemplateTokens(count))),
    least: Math.min(least, Number(count.inboundTokens)),
  };
}

/** Most that a template takes before two executors have shown what it takes; all in use take less. */
const LARGEST_USUAL = 48;
/** What two of them cannot push it below: undercounting on purpose makes nobody else look wrong. */
const SMALLEST_USUAL = 16;

/** What the template takes, tokens: the fewest that two executors have shown, since one alone shows anything. */
export function usualTemplate(all: Iterable<{ readonly counted: CountedPrompts | undefined }>): number {
  let [fewest, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { counted } of all) {
    const least = counted?.least ?? Number.POSITIVE_INFINITY;
    if (least < fewest) [fewest, second] = [least, fewest];
    else if (least < second) second = least;
  }
  return Math.min(LARGEST_USUAL, Math.max(SMALLEST_USUAL, second));
}

/** So many times the usual is wrong: backends may well use templates that differ a little. */
const FAR = 2;

/** Tokens that an executor counts above the usual template; 0 unless it is far above. */
export const surplusTokens = (counted: CountedPrompts | undefined, usual: number): number =>
  counted !== undefined && counted.stated > FAR * usual ? counted.stated - usual : 0;
