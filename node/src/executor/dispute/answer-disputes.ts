import type { Address } from "@lloom/protocol/commitment-types";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { chainUntil } from "../../chain/chain-until.ts";
import { FINAL_SECONDS } from "../../chain/delivery-disputes.ts";
import { type DeliveryEvent, deliverySource } from "../../chain/dispute-events.ts";
import { openJudges } from "../../chain/judges.ts";
import { untilAborted } from "../../chain/until-aborted.ts";
import { watchEvents } from "../../chain/watch.ts";
import { watchFrom } from "../../chain/watch-from.ts";
import { asLloomError } from "../../errors.ts";
import { Rounds } from "../../primitives/rounds.ts";
import { dutyOfOpened } from "../../store/opened-dispute.ts";
import { Defence, type DefenceOptions } from "./defence.ts";

export interface AnswerDisputesOptions extends Omit<DefenceOptions, "disputes"> {
  readonly executor: Address;
  /** How often the chain is asked for events. */
  readonly pollMs: number;
  /** How often open disputes are looked at while no event comes. */
  readonly everyMs: number;
}

/** A search without a memory goes back as far as a dispute can still be answered, and until its end is final. */
const BACK_SECONDS = deliveryDisputesFacts.REVEAL_WINDOW + FINAL_SECONDS;
const RETRY = { firstMs: 1_000, longestMs: 60_000 };

/**
 * Answers the disputes that clients open against this executor, until it is closed. What was opened while it was away is found
 * at the start; the chain's absence is waited out.
 */
export function answerDisputes(options: AnswerDisputesOptions): AsyncDisposable {
  const { chain, store, executor, pollMs, everyMs, onNews, log } = options;
  const stop = new AbortController();
  const { signal } = stop;
  let watching: Promise<void> = Promise.resolve();
  let defence: Defence | undefined;
  /** Reads once what the chain has to say of it, and watches from there. */
  const begin = async (): Promise<Defence> => {
    const bounded = chainUntil(chain, signal);
    const { delivery: disputes } = await untilAborted(openJudges(bounded), signal);
    const { fromBlock, seen } = await untilAborted(watchFrom(bounded, store, BACK_SECONDS), signal);
    const onEvent = (event: DeliveryEvent): void => {
      if (event.type === "DeliveryOpened" && event.executor === executor) note(options, event);
      rounds.wake();
    };
    const source = deliverySource(disputes, "executor", executor);
    const pace = { fromBlock, pollMs, signal, onEvent, onRemoved: () => rounds.wake(), onProgress: seen };
    watching = watchEvents(chain, source, pace);
    return new Defence({ ...options, disputes, onNews });
  };
  const rounds: Rounds = new Rounds({
    everyMs,
    retry: RETRY,
    round: async (ending) => {
      defence ??= await begin();
      await defence.round(ending);
    },
    onFailure: (thrown, failures) => {
      const { code, message } = asLloomError(thrown);
      if (failures === 1) log.warn({ code, problem: message }, "disputes cannot be looked after, trying on");
    },
  });
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await rounds[Symbol.asyncDispose]();
      await watching;
    },
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
