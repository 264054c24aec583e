import type { Address } from "@lloom/protocol/commitment-types";
import type { LookedAfter } from "../../duties/look-after.ts";
import { type PartyOptions, partyDuties } from "../../duties/party.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";
import { type CountOwn, measuredReply } from "./measured-reply.ts";

export interface MeasuredDefenceOptions
  extends Pick<PartyOptions, "chain" | "court" | "appeals" | "mostDeposits" | "onNews" | "log"> {
  readonly executor: Address;
  readonly store: ExecutorLog;
  /** Counts own answers again. */
  readonly count: CountOwn;
}

/** Answers complaints about models and counts of this executor's answers, and appeals against wrong verdicts. */
export const measuredDefence = (options: MeasuredDefenceOptions): LookedAfter =>
  partyDuties({ ...options, side: "executor", account: options.executor, reply: measuredReply(options) });
