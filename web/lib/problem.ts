import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";

/**
 * What goes wrong between the explorer and the people who read it. A problem is a value, not an exception: a page shows it in
 * place of what it could not read. It is plain data, since it may travel to the browser.
 */
export interface Problem {
  readonly code: ErrorCode;
  /** One sentence about what happened. It names the indexer's address, which is the first thing to check. */
  readonly message: string;
  /** One about what to do. */
  readonly next: string;
  readonly retryable: boolean;
}

/** A problem with its code's next step. */
export function problemOf(code: ErrorCode, message: string): Problem {
  const { next, retryable } = ERROR_CODES[code];
  return { code, message, next, retryable };
}

/** A value, or the reason why there is none. */
export type IndexReply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export const answered = <T>(value: T): IndexReply<T> => ({ ok: true, value });
export const failed = (problem: Problem): IndexReply<never> => ({ ok: false, problem });
