import { nowSeconds } from "../clock.ts";

/*
 * The last good answers of the index, so that a page stays when it falls silent. They live as long as the process, for the
 * pages and for the proxy before them, which are bundled apart: that is why they hang on `globalThis`.
 */

/** Header under which the proxy tells a page its own address. */
export const PAGE_ADDRESS = "x-lloom-page";

/** A good answer and when it came. */
export interface KeptAnswer {
  readonly body: unknown;
  readonly at: number;
}

interface Kept {
  readonly answers: Map<string, KeptAnswer>;
  /** Addresses of pages that were drawn from good answers. */
  readonly pages: Set<string>;
}

declare global {
  var lloomKept: Kept | undefined;
}

const MOST_ANSWERS = 200;
const MOST_PAGES = 1_000;

const kept = (): Kept => {
  globalThis.lloomKept ??= { answers: new Map(), pages: new Set() };
  return globalThis.lloomKept;
};

/** Both of what is kept forget the oldest first. */
function forgetOldest(keys: Map<string, KeptAnswer> | Set<string>, most: number): void {
  const [oldest] = keys.keys();
  if (keys.size > most && oldest !== undefined) keys.delete(oldest);
}

/** Keeps an answer to a question, for a page; the oldest give way. */
export function keepAnswer(question: string, page: string | undefined, body: unknown): void {
  const { answers, pages } = kept();
  answers.delete(question);
  answers.set(question, { body, at: nowSeconds() });
  forgetOldest(answers, MOST_ANSWERS);
  if (page === undefined) return;
  pages.delete(page);
  pages.add(page);
  forgetOldest(pages, MOST_PAGES);
}

export const keptAnswer = (question: string): KeptAnswer | undefined => kept().answers.get(question);

/** Whether a page can be drawn from what is kept. */
export const isPageKept = (page: string): boolean => kept().pages.has(page);
