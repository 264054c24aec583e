import { shownAmount } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { OwnFate } from "../store/own-fate.ts";
import type { Deployment } from "./answer-facts.ts";
import { HttpError } from "./http-problem.ts";

/** A request that was signed for a call, and what is known of it. */
export interface SignedFor {
  readonly requestHash: Hex;
  readonly fate: OwnFate | undefined;
}

/** Whether a request may have been paid: all but one that its executor refused. One that nobody knows any more may have been. */
export const mayHaveCost = (fate: OwnFate | undefined): boolean => fate?.status !== "failed";

/** A call whose process ended in its middle, with what is known of its money. The repeat pays nothing more. */
export function lostCall({ requestHash, fate }: SignedFor, { token }: Deployment): HttpError {
  const amount = fate && shownAmount(fate.cost, token);
  const known =
    fate?.status === "answered"
      ? `executor ${fate.executor} answered it for ${amount}, and its text was not kept`
      : `a request for it was sent${fate ? ` to executor ${fate.executor}` : ""}, which may cost ${amount ?? "its cap"} at most`;
  return new HttpError("INTERNAL", `The gateway ended in the middle of this call: ${known} (request ${requestHash}).`, {
    status: 409,
    code: "IDEMPOTENT_CALL_LOST",
    headers: { "x-should-retry": "false" },
    next: "Nothing more is paid with this key. Use a new key to ask, and pay, again.",
  });
}
