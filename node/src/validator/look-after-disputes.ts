import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { MEASURED_SECONDS } from "@lloom/protocol/evidence-windows";
import { findJudges, openJudges } from "../chain/disputes/judges.ts";
import { openMeasuredCourt } from "../chain/disputes/measured-court.ts";
import { lookAfter } from "../duties/look-after.ts";
import { type PartyOptions, partyDuties } from "../duties/party.ts";
import { signedFor } from "../evidence/signed-for.ts";
import type { Host } from "../p2p/host/host.ts";
import type { ValidatorLog } from "../store/validator/validator-log.ts";
import { recoverAddress } from "../wallet/recover.ts";
import { type JuryDutiesOptions, juryDuties } from "./jury/jury-duties.ts";
import { tendDeliveries } from "./tower/tend-deliveries.ts";
import { tendMeasured } from "./tower/tend-measured.ts";
import { Turns } from "./tower/turns.ts";

export interface LookAfterDisputesOptions
  extends Pick<JuryDutiesOptions, "chain" | "judge" | "wants" | "retryMs" | "targetOf" | "onNews" | "log">,
    Pick<PartyOptions, "appeals" | "mostDeposits"> {
  readonly host: Host;
  readonly validator: Address;
  readonly store: ValidatorLog;
  /** How often the chain is asked for events, and open duties are looked at while none comes. */
  readonly pollMs: number;
  readonly everyMs: number;
  /** Within so long one of the validators does what is due. */
  readonly turnMs: number;
}

/** Serves on juries, sees its own complaints through, and moves everybody's disputes on, until it is closed. */
export function lookAfterDisputes(options: LookAfterDisputesOptions): AsyncDisposable {
  const { chain, validator: juror, store, turnMs, log } = options;
  return lookAfter({
    ...options,
    backSeconds: MEASURED_SECONDS,
    open: async (bounded, opening) => {
      const found = findJudges(bounded);
      const [{ delivery }, court] = await Promise.all([openJudges(bounded, found), openMeasuredCourt(bounded, found)]);
      const tending = { chain, store, turns: new Turns(turnMs), log };
      const deliveries = tendDeliveries({ ...tending, disputes: delivery });
      if (court === undefined) return [deliveries];
      const hasher = createCommitmentHasher(chain.domain);
      const isSignedFor = signedFor(chain, recoverAddress);
      const jury = juryDuties({ ...options, court, juror, hasher, isSignedFor }, opening);
      const own = partyDuties({ ...options, court, side: "challenger", account: juror });
      return [jury, own, tendMeasured({ ...tending, court }), deliveries];
    },
  });
}
