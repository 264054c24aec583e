import type { Address } from "@lloom/protocol/commitment-types";
import { pokeDisputeCall } from "../../chain/disputes/delivery-calls.ts";
import { readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { allDeliveries, type DeliveryEvent } from "../../chain/disputes/dispute-events.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { watchEvents } from "../../chain/watch/watch.ts";
import type { LookedAfter } from "../../duties/look-after.ts";
import { sendFirst } from "../../duties/move-on.ts";
import { stepAll } from "../../duties/step-all.ts";
import { type Duty, isMeasured } from "../../store/duty-log.ts";
import { dutyOfOpened } from "../../store/opened-dispute.ts";
import { endTended, type TendOptions } from "./tend-measured.ts";

export type DeliveryTending = TendOptions & { readonly disputes: Address };

/** Ends disputes about deliveries that nobody answered in time: that gives the client its money, and a tenth to who does it. */
export function tendDeliveries(options: DeliveryTending): LookedAfter {
  const { chain, disputes, store, log } = options;
  return {
    watch: ({ wake, ...pace }) => {
      const onEvent = (event: DeliveryEvent): void => {
        if (event.type === "DeliveryOpened")
          store.noteDuty({ ...dutyOfOpened("client", event), kind: "tend", state: "open" });
        wake();
      };
      return watchEvents(chain, allDeliveries(disputes), { ...pace, onEvent, onRemoved: wake });
    },
    round: async (signal) => {
      const nowSeconds = await untilAborted(chain.nowSeconds(), signal);
      const due = store.openDuties("tend").filter((duty) => !isMeasured(duty) && duty.dueAt < nowSeconds);
      await stepAll(due, (duty, ending) => step(options, duty, ending), { signal, log });
    },
  };
}

async function step(
  { chain, disputes, store, turns, log }: DeliveryTending,
  { id }: Duty,
  signal: AbortSignal,
): Promise<boolean> {
  const duty = store.findDuty("tend", id);
  if (duty === undefined) return false;
  const [{ state, revealBy }, nowSeconds] = await untilAborted(
    Promise.all([readDispute(chain, disputes, id), chain.nowSeconds()]),
    signal,
  );
  // One that is gone may come back; it is forgotten like one that is over.
  if (state !== "open") return endTended(store, duty, nowSeconds);
  if (duty.endedAt !== undefined) store.changeDuty(duty, { state: "open", dueAt: revealBy, endedAt: null });
  if (nowSeconds <= revealBy || !turns.isNow(id, "poke")) return false;
  const isDone = await sendFirst(chain, pokeDisputeCall(disputes, id), signal);
  if (isDone) log.info({ id }, "dispute about a delivery ended, since nobody answered it");
  turns.forget(id, "poke");
  return isDone;
}
