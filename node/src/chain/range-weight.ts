import { LloomError } from "../errors.ts";
import { kindOf } from "./rpc-error.ts";

/** An HTTP server's own "too large", without a JSON-RPC error. */
const TOO_LARGE: ReadonlySet<unknown> = new Set([400, 413]);

/**
 * What an error says about the size of a read of logs: too large in so many words or in words that nobody knows, perhaps too
 * much work in silence, or nothing: a server that is busy, behind or away would give a smaller range no sooner.
 */
export function weightOf(thrown: unknown): "tooLarge" | "heavy" | "fine" {
  if (thrown instanceof LloomError) {
    if (TOO_LARGE.has(thrown.details["status"])) return "tooLarge";
    return thrown.code === "CHAIN_UNREACHABLE" && thrown.details["isTimeout"] === true ? "heavy" : "fine";
  }
  const kind = kindOf(thrown);
  return kind === "busy" || kind === "lag" || kind === "indexing" ? "fine" : "tooLarge";
}
