import type { ErrorCode } from "./error-codes.ts";

/**
 * The one error that this package throws: a value from outside, or a caller's own, that the protocol does not allow.
 * `message` is a sentence for people that names the field; what to do next is `ERROR_CODES[code].next`.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
