import type { ErrorCode } from "@lloom/protocol/error-codes";
import { LloomError } from "../../errors.ts";

/** What an executor said instead of an answer. Its code is its own word: nothing of this node need have failed, whatever it names. */
export class ToldRefusal extends LloomError {
  /** That it was cancelled only the caller can say. */
  constructor({ code, message }: { readonly code: ErrorCode; readonly message: string }) {
    super(code === "CANCELLED" ? "BACKEND_FAILED" : code, `The executor refused: ${message}`);
  }
}
