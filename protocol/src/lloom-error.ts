import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";

/** Options of a LloomError. */
export interface LloomErrorOptions {
  /** What went wrong underneath. */
  readonly cause?: unknown;
  /** Replaces the code's general advice with one that fits. */
  readonly next?: string;
  /** Values that a program may want; shown with the message in logs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Every failure of the network's programs, told apart by `code`. `message` is a sentence for people, `next` what to do about
 * it, `retryable` whether another executor or a later try may succeed.
 */
export class LloomError extends Error {
  override readonly name = "LloomError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly next: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: LloomErrorOptions = {}) {
    super(asSentence(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = ERROR_CODES[code].retryable;
    this.next = options.next ?? ERROR_CODES[code].next;
    this.details = options.details ?? {};
  }
}

/** Messages from elsewhere often lack the full stop, and the next step is often told right behind. */
const asSentence = (message: string): string =>
  message === "" || /[.!?:]["')\]]*$/.test(message) ? message : `${message}.`;

/** Any thrown value as a LloomError; what is not one already becomes `fallback`. */
export function asLloomError(thrown: unknown, fallback: ErrorCode = "INTERNAL"): LloomError {
  if (thrown instanceof LloomError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LloomError(fallback, message, { cause: thrown });
}
