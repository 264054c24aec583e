import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { MEASURED_SECONDS } from "@lloom/protocol/evidence-windows";
import { accountingV2Facts, deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { zeroPadValue } from "ethers";
import type { Chain } from "../../chain/chain.ts";
import { accountingInterface } from "../../chain/contracts.ts";
import { type DeliveryEvent, deliverySource } from "../../chain/disputes/dispute-events.ts";
import { findJudges, type Judges, openJudges } from "../../chain/disputes/judges.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { type ChainEvent, decodeEvent } from "../../chain/watch/events.ts";
import { watchEvents } from "../../chain/watch/watch.ts";
import { type LookedAfter, lookAfter } from "../../duties/look-after.ts";
import { partyDuties } from "../../duties/party.ts";
import { stepAll } from "../../duties/step-all.ts";
import type { Duty } from "../../store/duty-log.ts";
import { dutyOfOpened } from "../../store/opened-dispute.ts";
import type { ClientSettings } from "../client-options.ts";
import { callJurors } from "./call-jurors.ts";
import { type FetchAnswerParts, fetchAnswer } from "./fetch-answer.ts";
import { MissingAnswers, type MissingAnswersOptions } from "./missing-answers.ts";
import { Overcharges } from "./overcharges.ts";
import { Reports } from "./reports.ts";
import { dutyOfSettlement, reportOf } from "./settled-answers.ts";

export type DisputeAnswersParts = Pick<MissingAnswersOptions, "chain" | "client" | "store" | "log"> &
  Pick<FetchAnswerParts, "host" | "hasher" | "targetOf">;
type DisputeAnswersOptions = Omit<MissingAnswersOptions, "disputes"> & { readonly hasher: CommitmentHasher };

/** There are days: so many times as long as for what the next request depends on. */
const POLLS = 4;
/** Whoever starts without a memory looks back as far as a settlement can still be disputed, or a dispute can take. */
const CHALLENGED_SECONDS = accountingV2Facts.SETTLE_WINDOW + deliveryDisputesFacts.CHALLENGE_WINDOW;
const BACK_SECONDS = CHALLENGED_SECONDS > MEASURED_SECONDS ? CHALLENGED_SECONDS : MEASURED_SECONDS;

/**
 * Looks out for answers that were settled and never came, disputes them as the policy says, reports two signatures over one
 * request, complains of counts that are not the answer's, and sees all of it through; calls the jurors of whatever is disputed of its
 * answers; until it is closed. What happened while it was away is found at the start. With the policy `off` it only calls jurors.
 */
export function disputeAnswers(parts: DisputeAnswersParts, settings: ClientSettings): AsyncDisposable {
  const options: DisputeAnswersOptions = {
    ...parts,
    fetch: (duty, asking) => fetchAnswer({ ...parts, clock: settings.clock }, duty, asking),
    policy: settings.disputes,
    mostLocked: settings.disputeBonds,
    patienceSeconds: settings.disputePatienceSeconds,
    onNews: settings.onDispute,
  };
  const { client: account } = parts;
  return lookAfter({
    ...parts,
    ...{ backSeconds: BACK_SECONDS, pollMs: POLLS * settings.watchPollMs, everyMs: settings.disputeCheckMs },
    open: async (bounded) => {
      const found = findJudges(bounded);
      const court = await openMeasuredCourt(bounded, found);
      const calls = court && settings.callsJurors ? [callJurors({ ...parts, court, chain: bounded })] : [];
      if (settings.disputes === "off") return calls;
      const judges = await openJudges(bounded, found);
      const overcharges = court && new Overcharges({ ...options, court, mostLocked: settings.complaintBonds });
      const own = [reportSettlements(options, { bounded, judges, overcharges }), disputeDeliveries(options, judges)];
      return court === undefined ? own : [...own, seeThrough(options, { court, account, settings }), ...calls];
    },
  });
}

/** Its own complaints before a jury. */
const seeThrough = (
  { chain, store, onNews, log }: DisputeAnswersOptions,
  {
    court,
    account,
    settings,
  }: {
    readonly court: MeasuredCourt;
    readonly account: MissingAnswersOptions["client"];
    readonly settings: ClientSettings;
  },
): LookedAfter =>
  partyDuties({
    ...{ chain, court, side: "challenger", account, store, onNews, log },
    ...{ appeals: settings.appeals, mostDeposits: settings.appealDeposits },
  });

function noteDuty({ store, onNews, log }: DisputeAnswersOptions, duty: Duty | undefined): void {
  if (duty === undefined || !store.noteDuty(duty)) return;
  log.warn({ kind: duty.kind, requestHash: duty.requestHash, executor: duty.peer }, "settled answer is not what came");
  onNews(duty);
}

interface Reporting {
  /** Whose reads end when this node closes. */
  readonly bounded: Chain;
  readonly judges: Judges;
  readonly overcharges: Overcharges | undefined;
}

/** Settlements of its own requests, each held against what came. */
function reportSettlements(options: DisputeAnswersOptions, { bounded, judges, overcharges }: Reporting): LookedAfter {
  const { chain, client, store, log } = options;
  const reports = new Reports({ ...options, judges });
  const settlements = {
    address: [chain.accounting],
    topics: [accountingInterface.getEvent("LaneSettled")?.topicHash ?? null, zeroPadValue(client, 32)],
    decode: decodeEvent,
  };
  return {
    watch: ({ wake, ...pace }) => {
      const onEvent = async (event: ChainEvent): Promise<void> => {
        if (event.type === "LaneSettled" && event.client === client) {
          const duty = dutyOfSettlement({ ...options, chain: bounded }, event);
          noteDuty(options, await untilAborted(duty, pace.signal));
        }
        wake();
      };
      return watchEvents(chain, settlements, { ...pace, onEvent, onRemoved: wake });
    },
    round: (signal) => {
      for (const missing of store.openDuties("dispute"))
        if (store.findDuty("report", missing.requestHash) === undefined) noteDuty(options, reportOf(options, missing));
      const step = async (duty: Duty, ending: AbortSignal): Promise<boolean> => {
        if (!isOvercharge(options, duty)) return reports.step(duty, ending);
        return overcharges === undefined ? false : overcharges.step(duty, ending);
      };
      return stepAll(store.openDuties("report"), step, { signal, log });
    },
  };
}

/** The very answer that this client refused for its counts was settled; a report of another one is one of two signatures. */
function isOvercharge({ store, hasher }: DisputeAnswersOptions, { requestHash, settled }: Duty): boolean {
  const wrong = store.wrongCount(requestHash);
  return wrong !== undefined && settled !== undefined && hasher.hashResponse(settled.response) === wrong.responseHash;
}

/** Answers that never came. */
function disputeDeliveries(options: DisputeAnswersOptions, { delivery }: Judges): LookedAfter {
  const { chain, client, store, log } = options;
  const missing = new MissingAnswers({ ...options, disputes: delivery });
  return {
    watch: ({ wake, ...pace }) => {
      // Somebody else may have opened it for this client, as a command does.
      const onEvent = (event: DeliveryEvent): void => {
        const isOwn = event.type === "DeliveryOpened" && event.client === client;
        if (isOwn && store.ownRequest(event.requestHash) !== undefined)
          noteDuty(options, dutyOfOpened("client", event));
        wake();
      };
      return watchEvents(chain, deliverySource(delivery, "client", client), { ...pace, onEvent, onRemoved: wake });
    },
    round: (signal) =>
      stepAll(store.openDuties("dispute"), (duty, ending) => missing.step(duty, ending), { signal, log }),
  };
}
