/**
 * What can go wrong between the explorer and the people who read it, as a union by `code`. A problem is a value, not an
 * exception: a page shows it in place of what it could not read. It is plain data, since it may travel to the browser.
 */
export type Problem =
  | { readonly code: "INDEXER_UNREACHABLE"; readonly retryable: true; readonly url: string; readonly cause: string }
  | { readonly code: "INDEXER_TIMEOUT"; readonly retryable: true; readonly url: string; readonly timeoutMs: number }
  | { readonly code: "INDEXER_REFUSED"; readonly retryable: true; readonly url: string; readonly reason: string }
  | {
      readonly code: "INDEXER_ANSWER_INVALID";
      readonly retryable: false;
      readonly url: string;
      readonly reason: string;
    };

/** A value, or the reason why there is none. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export const answered = <T>(value: T): Answer<T> => ({ ok: true, value });
export const failed = (problem: Problem): Answer<never> => ({ ok: false, problem });

/** What the reader is told: one sentence about what happened, one about what to do. */
export interface Advice {
  readonly message: string;
  readonly next: string;
}

/** The sentences of a problem. They name the indexer's address, which is the first thing to check. */
export function adviceFor(problem: Problem): Advice {
  switch (problem.code) {
    case "INDEXER_UNREACHABLE":
      return {
        message: `The indexer at ${problem.url} does not answer.`,
        next: "Start it, or point LLOOM_INDEXER_URL at one that runs. This page comes back by itself.",
      };
    case "INDEXER_TIMEOUT":
      return {
        message: `The indexer at ${problem.url} took longer than ${problem.timeoutMs / 1000} s to answer.`,
        next: "It may be catching up with the chain. This page tries again by itself.",
      };
    case "INDEXER_REFUSED":
      return {
        message: `The indexer at ${problem.url} refused the question: ${problem.reason}`,
        next: "It may still be starting. This page tries again by itself; if it stays, restart the indexer.",
      };
    case "INDEXER_ANSWER_INVALID":
      return {
        message: `The indexer at ${problem.url} answered in a form that this explorer does not know: ${problem.reason}`,
        next: "Run indexer and explorer of the same version.",
      };
  }
}
