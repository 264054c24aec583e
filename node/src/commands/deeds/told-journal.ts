import type { CallPlace, SendJournal } from "../../chain/send/send-journal.ts";

/** A journal that forgets a call only once its end was told. */
export interface ToldJournal extends SendJournal {
  /** The user has been told how the calls ended that are over. */
  readonly told: () => void;
}

/**
 * Keeps what is over until it was told: a command that is killed between the receipt and its last line has to find, when it
 * is run again, that it was done.
 */
export function toldJournal(kept: SendJournal): ToldJournal {
  const over: CallPlace[] = [];
  return {
    find: (intent) => kept.find(intent),
    list: () => kept.list(),
    write: (call) => kept.write(call),
    remove: (call) => {
      over.push(call);
    },
    told: () => {
      for (const call of over.splice(0)) kept.remove(call);
    },
  };
}
