import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { LloomError } from "../../errors.ts";
import { HttpError } from "../http-problem.ts";

/** Why a line is asked again later. */
export type PutOff =
  /** Its API key may ask again in a while. */
  | { readonly because: "rate"; readonly ms: number }
  /** What its API key has left is held for other calls. */
  | { readonly because: "held" }
  /** Nobody answers now, at this price. */
  | { readonly because: "market" };

/** What money, room on the disk or the next start of the gateway mends, and a caller would be told not to repeat. */
const MENDED_LATER: ReadonlySet<ErrorCode> = new Set(["INSUFFICIENT_FUNDS", "STORE_FAILED", "CANCELLED"] as const);

/**
 * Whether a failed line may be asked again: where nothing was asked in its name, or all who were asked turned it away, and time may mend
 * it. Undefined where the failure is its result. `isHeld`: something of its API key's budget is held for what is not over.
 * `mayBeOffered`: so may a model that nobody offers now.
 */
export function putOffOf(
  error: LloomError,
  { isHeld, mayBeOffered }: { readonly isHeld: () => boolean; readonly mayBeOffered: boolean },
): PutOff | undefined {
  const { code, headers = {} } = error instanceof HttpError ? error.terms : {};
  if (headers["x-should-retry"] === "false") return undefined;
  const seconds = headers["retry-after"];
  const told: PutOff | undefined = seconds === undefined ? undefined : { because: "rate", ms: Number(seconds) * 1000 };
  if (code === "KEY_BUDGET_SPENT") return isHeld() ? { because: "held" } : told;
  if (told !== undefined) return told;
  // A fault of the gateway's own would be met again and again.
  if (error.code === "INTERNAL") return undefined;
  const isMended =
    error.retryable || MENDED_LATER.has(error.code) || (mayBeOffered && error.code === "MODEL_NOT_FOUND");
  return isMended ? { because: "market" } : undefined;
}
