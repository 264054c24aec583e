import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { MEASURED_SECONDS } from "@lloom/protocol/evidence-windows";
import { findJudges, openJudges } from "../chain/disputes/judges.ts";
import { openMeasuredCourt } from "../chain/disputes/measured-court.ts";
import { type LookedAfter, lookAfter } from "../duties/look-after.ts";
import { type PartyOptions, partyDuties } from "../duties/party.ts";
import { signedFor } from "../evidence/signed-for.ts";
import type { Host } from "../p2p/host/host.ts";
import type { ValidatorLog } from "../store/validator/validator-log.ts";
import { recoverAddress } from "../wallet/recover.ts";
import { type JuryDutiesOptions, juryDuties } from "./jury/jury-duties.ts";
import type { OfferEquivocation } from "./offer-equivocation.ts";
import { OfferReports } from "./offer-reports.ts";
import { Guard } from "./tower/guard.ts";
import { type DeliveryTending, tendDeliveries } from "./tower/tend-deliveries.ts";
import { tendMeasured } from "./tower/tend-measured.ts";
import { Turns } from "./tower/turns.ts";

export interface LookAfterDisputesOptions
  extends Pick<JuryDutiesOptions, "chain" | "judge" | "wants" | "retryMs" | "targetOf" | "calls" | "onNews" | "log">,
    Pick<PartyOptions, "appeals" | "mostDeposits"> {
  readonly host: Host;
  readonly validator: Address;
  readonly store: ValidatorLog;
  /** How often the chain is asked for events, and open duties are looked at while none comes. */
  readonly pollMs: number;
  readonly everyMs: number;
  /** Within so long one of the validators does what is due. */
  readonly turnMs: number;
  /** Executors that it guards, and what it takes for each lane, in base units. */
  readonly guards: readonly Address[];
  readonly fee: bigint;
  /** What was heard that an executor signed twice. */
  readonly equivocation: OfferEquivocation;
}

/**
 * Serves on juries, sees its own complaints through, moves everybody's disputes on, and settles and rebuts for those whom it guards,
 * until it is closed.
 */
export function lookAfterDisputes(options: LookAfterDisputesOptions): AsyncDisposable {
  const { chain, validator: juror, store, turnMs, log } = options;
  return lookAfter({
    ...options,
    backSeconds: MEASURED_SECONDS,
    open: async (bounded, opening) => {
      const found = findJudges(bounded);
      const [{ delivery, equivocation: disputes }, court] = await Promise.all([
        openJudges(bounded, found),
        openMeasuredCourt(bounded, found),
      ]);
      const tending = { chain, store, turns: new Turns(turnMs), log };
      const reports = new OfferReports({ ...tending, disputes, offers: options.equivocation });
      options.equivocation.onFound = opening.wake;
      const deliveries = guarded(options, { ...tending, disputes: delivery }, reports);
      if (court === undefined) return [deliveries];
      const hasher = createCommitmentHasher(chain.domain);
      const isSignedFor = signedFor(chain, recoverAddress);
      const jury = juryDuties({ ...options, court, juror, hasher, isSignedFor }, opening);
      const own = partyDuties({ ...options, court, side: "challenger", account: juror });
      return [jury, own, tendMeasured({ ...tending, court }), deliveries];
    },
  });
}

/**
 * Everybody's disputes about deliveries; those of executors that are guarded are answered, and their answers settled. Two offers of
 * one id, which no event tells of, are proven in the same rounds.
 */
function guarded(
  { store, guards, fee }: LookAfterDisputesOptions,
  tending: DeliveryTending,
  reports: OfferReports,
): LookedAfter {
  const tended = tendDeliveries(tending);
  const guard = new Guard({ ...tending, store, guards, fee });
  const round = async (signal: AbortSignal): Promise<void> => {
    const looked = await Promise.allSettled([tended.round(signal), guard.round(signal), reports.round(signal)]);
    for (const one of looked) if (one.status === "rejected") throw one.reason;
  };
  return { ...tended, round };
}
