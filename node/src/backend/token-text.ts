/** The text that tokens stand for; bytes that are not whole UTF-8 come out as U+FFFD. */
export type Detokenize<Token> = (tokens: readonly Token[], before: readonly Token[]) => string;

/** Turns tokens into text as they come. */
export interface TokenText<Token> {
  /** Text that this token completes; "" while a character is still in pieces. */
  push(token: Token): string;
}

/** A character has at most four bytes, so an unfinished one is complete, or surely broken, after this many tokens. */
const TOKENS_PER_CHARACTER = 4;
/** Tokens that a tokenizer may look back at, for the space between words. */
const LOOK_BACK = 4;
const UNFINISHED = /\uFFFD+$/;

/**
 * Streams text over tokens that may cut a character into pieces: what ends in pieces waits for the next token. Pieces
 * that never become a character are dropped at the end; in the middle they appear as U+FFFD, as the model wrote them.
 */
export function createTokenText<Token>(detokenize: Detokenize<Token>, prompt: readonly Token[]): TokenText<Token> {
  let before = prompt.slice(-LOOK_BACK);
  let pending: Token[] = [];
  let emitted = 0;
  let waiting = 0;
  return {
    push(token) {
      pending.push(token);
      const text = detokenize(pending, before);
      const stable = text.replace(UNFINISHED, "");
      waiting = stable.length > emitted ? 1 : waiting + 1;
      const settled = stable.length === text.length || waiting > TOKENS_PER_CHARACTER;
      const grown = (settled ? text : stable).slice(emitted);
      if (settled) {
        before = [...before, ...pending].slice(-LOOK_BACK);
        pending = [];
        waiting = 0;
      }
      emitted = settled ? 0 : stable.length;
      return grown;
    },
  };
}
