import type { Hex } from "@lloom/protocol/commitment-types";
import { asLloomError, LloomError } from "../../errors.ts";

/** The same failure, with what may still be mined. */
export function withHashes(
  error: LloomError,
  { nonce, hashes }: { nonce: number; hashes: readonly Hex[] },
): LloomError {
  const { code, message, next, cause, details } = asLloomError(error);
  const last = hashes.at(-1);
  if (last === undefined) return error;
  const said = code === "CANCELLED" ? `${message} It was sent as ${last}, and may still be mined.` : message;
  return new LloomError(code, said, {
    next:
      code === "CANCELLED" ? "Give the same again: it goes on with that transaction, and sends no second one." : next,
    ...{ cause, details: { ...details, nonce, transactionHashes: [...hashes] } },
  });
}
