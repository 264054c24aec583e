import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { readEnlisted, readPendingDraws } from "../../chain/jury.ts";
import { delistCall, enlistCall } from "../../chain/measured-calls.ts";
import type { MeasuredCourt } from "../../chain/measured-court.ts";
import { readActive, readMember } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/until-aborted.ts";
import { sendFirst } from "../../duties/move-on.ts";
import type { Log } from "../../log.ts";

export interface EnlistParts {
  readonly chain: Chain;
  readonly court: MeasuredCourt;
  readonly juror: Address;
  /** Whether it wants to be drawn. */
  readonly wants: boolean;
  readonly log: Log;
}

/** Puts an active validator on the list of jurors, or takes it off, as it wants. */
export async function keepEnlisted(
  { chain, court, juror, wants, log }: EnlistParts,
  signal: AbortSignal,
): Promise<void> {
  const [isEnlisted, member, isActive, pendingDraws] = await untilAborted(
    Promise.all([
      readEnlisted(chain, court, juror),
      readMember(chain, juror),
      readActive(chain, juror),
      readPendingDraws(chain, court),
    ]),
    signal,
  );
  const mayServe = member.role === "validator" && isActive;
  if (wants && mayServe && !isEnlisted && (await sendFirst(chain, enlistCall(court), signal)))
    log.info({ juror }, "enlisted for juries");
  // While a draw is pending nobody leaves: the next look tries again.
  if (!wants && isEnlisted && pendingDraws === 0n && (await sendFirst(chain, delistCall(court, juror), signal)))
    log.info({ juror }, "left the list of jurors");
}
