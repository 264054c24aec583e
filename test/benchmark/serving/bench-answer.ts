/** What is asked and answered in these benches; the same words for everybody, so that every answer can be held against it. */

/** Answers of this model come at once and whole. */
export const AT_ONCE = "bench";
/** The tokens of this one come so many milliseconds apart. */
export const pacedModel = (everyMs: number): string => `${AT_ONCE}-${everyMs}ms`;

/** Milliseconds between two tokens of a model; undefined for one that is not served. */
export function paceOf(model: string): number | undefined {
  if (model === AT_ONCE) return 0;
  const pace = /^bench-(\d{1,4})ms$/.exec(model)?.[1];
  return pace === undefined ? undefined : Number(pace);
}

/** Each token is its number, so that a lost or a misplaced one shows. */
export const tokenText = (index: number): string => `${index} `;

export const answerText = (tokens: number): string =>
  Array.from({ length: tokens }, (_, index) => tokenText(index)).join("");

export const PROMPT = "Count, please.";
/** What the backend says that the prompt has. */
export const PROMPT_TOKENS = 12;

export interface Asked {
  readonly model: string;
  readonly tokens: number;
  readonly stream: boolean;
}

/** Body of POST /v1/chat/completions. */
export const chatBody = ({ model, tokens, stream }: Asked): string =>
  JSON.stringify({
    model,
    messages: [{ role: "user", content: PROMPT }],
    max_tokens: tokens,
    ...(stream && { stream }),
  });
