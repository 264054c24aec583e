import type { Address } from "@lloom/protocol/commitment-types";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { OwnOutcome } from "../../store/client/own-fate.ts";
import { convictionOf, rememberedOutcome } from "../choose/remembered.ts";
import { OfferBook } from "./offer-book.ts";

/** Requests of the log that tell of executors. */
const REMEMBERED = 1000;

/** Disputes of the log that may convict an executor. */
const REMEMBERED_DUTIES = 1000;

type Remembering = Pick<ClientLog, "outcomes" | "newestDuties" | "formCounts">;

/** A book that knows what earlier runs have seen of executors; how long they are avoided is drawn anew. */
export function rememberingBook(store: Remembering, random?: () => number): OfferBook {
  const book = new OfferBook(random);
  const newest = new Map<Address, OwnOutcome>();
  for (const outcome of store.outcomes(REMEMBERED)) {
    const remembered = rememberedOutcome(outcome, newest.get(outcome.executor));
    newest.set(outcome.executor, outcome);
    if (remembered !== undefined) book.note(outcome.executor, remembered, outcome.sentAtMs);
    if (outcome.receipt !== undefined) book.noteCount(outcome.receipt);
  }
  for (const duty of store.newestDuties(REMEMBERED_DUTIES)) {
    const conviction = convictionOf(duty);
    if (conviction !== undefined) book.note(duty.peer, conviction, Number(duty.notedAt) * 1000);
  }
  for (const counted of store.formCounts()) book.noteForm(counted);
  return book;
}
