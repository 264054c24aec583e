import { LloomError } from "../../errors.ts";
import { kindOf } from "../rpc/rpc-error.ts";

/** An HTTP server's own "too large", without a JSON-RPC error. */
const TOO_LARGE: ReadonlySet<unknown> = new Set([400, 413]);

/**
 * What an error says about the size of a read of logs: too large in so many words or in words that nobody knows; perhaps too
 * much work, in silence; that it was refused for another reason (busy, behind), which some servers also say of a range that is
 * too long; or nothing, since nobody answered.
 */
export function weightOf(thrown: unknown): "tooLarge" | "heavy" | "unsaid" | "unanswered" {
  if (thrown instanceof LloomError) {
    const { status, isTimeout } = thrown.details;
    if (TOO_LARGE.has(status)) return "tooLarge";
    if (status !== undefined) return "unsaid";
    return thrown.code === "CHAIN_UNREACHABLE" && isTimeout === true ? "heavy" : "unanswered";
  }
  const kind = kindOf(thrown);
  return kind === "busy" || kind === "lag" || kind === "indexing" ? "unsaid" : "tooLarge";
}
