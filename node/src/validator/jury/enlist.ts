import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { readEnlisted, readPendingDraws } from "../../chain/disputes/jury.ts";
import { delistCall, enlistCall } from "../../chain/disputes/measured-calls.ts";
import type { MeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { readActive, readMember } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
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
  const isEnlisted = await untilAborted(readEnlisted(chain, court, juror), signal);
  if (isEnlisted === wants) return;
  const mayChange = await untilAborted(wants ? mayServe(chain, juror) : mayLeave(chain, court), signal);
  if (!mayChange || !(await sendFirst(chain, wants ? enlistCall(court) : delistCall(court, juror), signal))) return;
  log.info({ juror }, wants ? "enlisted for juries" : "left the list of jurors");
}

async function mayServe(chain: Chain, juror: Address): Promise<boolean> {
  const [{ role }, isActive] = await Promise.all([readMember(chain, juror), readActive(chain, juror)]);
  return role === "validator" && isActive;
}

/** While a draw is pending nobody leaves: the next look tries again. */
const mayLeave = async (chain: Chain, court: MeasuredCourt): Promise<boolean> =>
  (await readPendingDraws(chain, court)) === 0n;
