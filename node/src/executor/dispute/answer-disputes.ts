import type { Address } from "@lloom/protocol/commitment-types";
import { MEASURED_SECONDS } from "@lloom/protocol/evidence-windows";
import { type DeliveryEvent, deliverySource } from "../../chain/disputes/dispute-events.ts";
import { findJudges, openJudges } from "../../chain/disputes/judges.ts";
import { openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { watchEvents } from "../../chain/watch/watch.ts";
import { type LookedAfter, lookAfter } from "../../duties/look-after.ts";
import { dutyOfOpened } from "../../store/opened-dispute.ts";
import { Defence, type DefenceOptions } from "./defence.ts";
import { type MeasuredDefenceOptions, measuredDefence } from "./measured-defence.ts";

export interface AnswerDisputesOptions extends Omit<DefenceOptions, "disputes">, Omit<MeasuredDefenceOptions, "court"> {
  /** How often the chain is asked for events. */
  readonly pollMs: number;
  /** How often open disputes are looked at while no event comes. */
  readonly everyMs: number;
}

/**
 * Answers the disputes that are opened against this executor, until it is closed. What was opened while it was away is found
 * at the start; the chain's absence is waited out.
 */
export const answerDisputes = (options: AnswerDisputesOptions): AsyncDisposable =>
  lookAfter({
    ...options,
    // A search without a memory goes back as far as the longest dispute does.
    backSeconds: MEASURED_SECONDS,
    open: async (chain) => {
      const found = findJudges(chain);
      const [{ delivery }, court] = await Promise.all([openJudges(chain, found), openMeasuredCourt(chain, found)]);
      const defence = deliveryDefence(options, delivery);
      return court === undefined ? [defence] : [defence, measuredDefence({ ...options, court })];
    },
  });

function deliveryDefence(options: AnswerDisputesOptions, disputes: Address): LookedAfter {
  const { chain, executor } = options;
  const defence = new Defence({ ...options, disputes });
  return {
    watch: ({ wake, ...pace }) => {
      const onEvent = (event: DeliveryEvent): void => {
        if (event.type === "DeliveryOpened" && event.executor === executor) note(options, event);
        wake();
      };
      return watchEvents(chain, deliverySource(disputes, "executor", executor), { ...pace, onEvent, onRemoved: wake });
    },
    round: (signal) => defence.round(signal),
  };
}

function note(
  { store, onNews, log }: AnswerDisputesOptions,
  event: Extract<DeliveryEvent, { readonly type: "DeliveryOpened" }>,
): void {
  const { id, client, paid, penalty, revealBy } = event;
  const duty = dutyOfOpened("executor", event);
  if (!store.noteDuty(duty)) return;
  log.warn({ id, client, paid: String(paid), penalty: String(penalty), revealBy: String(revealBy) }, "dispute opened");
  onNews(duty);
}
