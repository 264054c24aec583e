import type { Hex } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { FINAL_SECONDS } from "../../chain/disputes/delivery-disputes.ts";
import type { MeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { isOpen } from "../../chain/disputes/measured-disputes.ts";
import { type MeasuredEvent, type MeasuredOpened, measuredSource } from "../../chain/disputes/measured-events.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { watchEvents } from "../../chain/watch/watch.ts";
import { dueMove } from "../../duties/due-rules.ts";
import type { LookedAfter } from "../../duties/look-after.ts";
import { moveOn } from "../../duties/move-on.ts";
import { readCase } from "../../duties/read-case.ts";
import { stepAll } from "../../duties/step-all.ts";
import type { Log } from "../../log.ts";
import { type Duty, type DutyLog, isMeasured } from "../../store/duty-log.ts";
import type { Turns } from "./turns.ts";

export interface TendOptions {
  readonly chain: Chain;
  readonly store: DutyLog;
  readonly turns: Turns;
  readonly log: Log;
}

/** Draws juries of all measured disputes, and moves the disputes on, as soon as that is due and nobody else has. */
export function tendMeasured(options: TendOptions & { readonly court: MeasuredCourt }): LookedAfter {
  const { chain, court, store, log } = options;
  const lookAgain = (id: Hex, dueAt = 0n): void => store.changeDuty({ kind: "tend", id }, { dueAt });
  return {
    watch: ({ wake, ...pace }) => {
      const onEvent = (event: MeasuredEvent): void => {
        if (event.type === "MeasuredOpened") store.noteDuty(dutyOf(event));
        if (event.type === "MeasuredMoved") lookAgain(event.id, event.until);
        wake();
      };
      const onRemoved = (event: MeasuredEvent): void => {
        if (event.type === "MeasuredMoved") lookAgain(event.id);
        wake();
      };
      return watchEvents(chain, measuredSource(court), { ...pace, onEvent, onRemoved });
    },
    round: async (signal) => {
      const nowSeconds = await untilAborted(chain.nowSeconds(), signal);
      const due = store.openDuties("tend").filter((duty) => isMeasured(duty) && duty.dueAt < nowSeconds);
      await stepAll(due, (duty, ending) => step(options, duty, ending), { signal, log });
    },
  };
}

const dutyOf = ({ id, executor, bond, penalty, until }: MeasuredOpened): Duty => ({
  ...{ kind: "tend", id, requestHash: id, peer: executor, state: "open", dueAt: until },
  ...{ amount: 0n, matured: 0n, penalty, bond, notedAt: until },
});

async function step(
  { chain, court, store, turns, log }: TendOptions & { readonly court: MeasuredCourt },
  { id }: Duty,
  signal: AbortSignal,
): Promise<boolean> {
  const duty = store.findDuty("tend", id);
  if (duty === undefined) return false;
  const now = await readCase(chain, court, id, signal);
  const { dispute, nowSeconds } = now;
  // One that is gone may come back; it is forgotten like one that is over.
  if (!isOpen(dispute)) return endTended(store, duty, nowSeconds);
  if (duty.endedAt !== undefined || dispute.until !== duty.dueAt)
    store.changeDuty(duty, { state: "open", dueAt: dispute.until, endedAt: null });
  const move = dueMove(now);
  if (move === undefined || !turns.isNow(id, move)) return false;
  const isDone = await moveOn({ chain, court }, { ...now, move }, { id, signal });
  if (isDone) log.info({ id, move, state: dispute.state }, "dispute moved on");
  turns.forget(id, move);
  return isDone;
}

/** Forgotten when no reorganisation takes its end back any more. */
export function endTended(store: DutyLog, duty: Duty, nowSeconds: bigint): false {
  if (duty.endedAt === undefined) store.changeDuty(duty, { state: "over", dueAt: 0n, endedAt: nowSeconds });
  else if (nowSeconds - duty.endedAt >= FINAL_SECONDS) store.closeDuty(duty);
  return false;
}
