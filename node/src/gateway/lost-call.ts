import { shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import { ERROR_CODES } from "@lloom/protocol/error-codes";
import type { OwnFate } from "../store/client/own-fate.ts";
import type { PaidDeployment } from "./answer-facts.ts";
import { HttpError } from "./http-problem.ts";

/** A request that was signed for a call, and what is known of it. */
export interface SignedFor {
  readonly requestHash: Hex;
  readonly fate: OwnFate | undefined;
}

/**
 * Whether a request surely led to nothing: it never left this machine, or its executor refused it before it began. One that an
 * executor worked at and failed did not; one that nobody knows any more may have been paid.
 */
export const isTurnedAway = (fate: OwnFate | undefined): boolean => {
  if (fate?.failure === undefined) return false;
  const { status } = ERROR_CODES[fate.failure];
  // As HTTP has it: 4xx and 503 are said before a call is let in, other 5xx after it.
  return status < 500 || status === 503;
};

/** A call whose process ended in its middle, with what is known of its money. The repeat pays nothing more. */
export function lostCall(request: SignedFor, { token }: PaidDeployment): HttpError {
  const known = `${knownOf(request, token)} (request ${request.requestHash})`;
  return new HttpError("INTERNAL", `The gateway ended in the middle of this call: ${known}.`, {
    status: 409,
    code: "IDEMPOTENT_CALL_LOST",
    headers: { "x-should-retry": "false" },
    next: "Nothing more is paid with this key. Use a new key to ask, and pay, again.",
  });
}

function knownOf({ fate }: SignedFor, token: TokenUnit): string {
  if (fate === undefined) return "a request for it was sent, which may cost its cap at most";
  const { executor, status } = fate;
  const amount = shownAmount(fate.cost, token);
  if (status === "answered") return `executor ${executor} answered it for ${amount}, and its text was not kept`;
  if (status === "failed") return `executor ${executor} took it and failed, which costs nothing`;
  return `a request for it was sent to executor ${executor}, which may cost ${amount} at most`;
}
