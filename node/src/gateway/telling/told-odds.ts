import type { ToldOdds, ToldToken } from "../../client/question.ts";

/**
 * The tokens that a text is made of. A trace goes on where the answer was cut at a stop string, and its last token may be the
 * answer's end; some tokenizers write a space before the first word, which the text does not have.
 */
export function oddsOfText(text: string, tokens: readonly ToldToken[]): ToldToken[] {
  const bytes = Buffer.from(text);
  const first = tokens.find(({ isText }) => isText)?.bytes;
  let at = first?.[0] === SPACE && bytes[0] !== SPACE ? -1 : 0;
  return tokens.filter((token) => {
    if (!token.isText || at >= bytes.length) return false;
    at += token.bytes.length;
    return true;
  });
}

const SPACE = 0x20;

/** A token as text; a part of a letter is U+FFFD. */
export const textOfBytes = (bytes: readonly number[]): string => Buffer.from(bytes).toString("utf8");

/** From thousandths. */
export const nats = (logprob: number): number => logprob / 1000;

/** What a text's tokens tell in OpenAI's names, each with up to `most` of the likeliest at its place. */
export const openAiOdds = (text: string, tokens: readonly ToldToken[], most: number): object[] =>
  oddsOfText(text, tokens).map(({ likeliest, ...token }) => ({
    ...openAiToken(token),
    top_logprobs: likeliest.slice(0, most).map(openAiToken),
  }));

const openAiToken = ({ bytes, logprob }: ToldOdds) => ({ token: textOfBytes(bytes), logprob: nats(logprob), bytes });
