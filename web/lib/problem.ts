import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";

/**
 * What goes wrong between the explorer and the people who read it. A problem is a value, not an exception: a page shows it in
 * place of what it could not read. Its words are a visitor's: what the operator needs to know stands in the server's log.
 */
export interface Problem {
  readonly code: ErrorCode;
  /** One sentence about what happened. */
  readonly message: string;
  /** One about what to do. */
  readonly next: string;
  readonly retryable: boolean;
}

const SELF_MENDING = "This page tries again by itself.";

/** What a visitor reads, by what happened. */
const WORDS = {
  INDEXER_UNREACHABLE: ["The index behind this explorer does not answer.", SELF_MENDING],
  INDEXER_TIMEOUT: ["The index behind this explorer takes too long to answer.", SELF_MENDING],
  INDEXER_BUSY: ["The index is reading a long stretch of the chain.", SELF_MENDING],
  INDEXER_REFUSED: ["The index behind this explorer cannot answer this page's question.", SELF_MENDING],
  INDEXER_ANSWER_INVALID: [
    "The index behind this explorer answered in a form that this explorer does not know.",
    "Whoever runs this explorer has to mend that; the other pages may still work.",
  ],
} as const satisfies Partial<Record<ErrorCode, readonly [string, string]>>;

/** A problem in a visitor's words. */
export function problemOf(code: keyof typeof WORDS): Problem {
  const [message, next] = WORDS[code];
  return { code, message, next, retryable: ERROR_CODES[code].retryable };
}

/** A value, or the reason why there is none. */
export type IndexReply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export const answered = <T>(value: T): IndexReply<T> => ({ ok: true, value });
export const failed = (problem: Problem): IndexReply<never> => ({ ok: false, problem });
