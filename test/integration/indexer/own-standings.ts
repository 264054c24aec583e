import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import { emptyReputation, fold } from "@lloom/protocol/reputation/fold";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { type ExecutorStanding, standingsOf, standingsRoot } from "@lloom/protocol/reputation/standings-tree";

/** What a reader of the chain computes from. */
export interface OwnEvents {
  readonly rules: ReputationRules;
  readonly events: readonly PlacedEvent[];
}

/** Standings of everybody at the end of each of these epochs, which ascend. */
export function* ownStandings(own: OwnEvents, epochs: Iterable<number>): Generator<ExecutorStanding[]> {
  const state = emptyReputation(own.rules);
  let at = 0;
  for (const epoch of epochs) {
    for (; at < own.events.length; at++) {
      const next = own.events[at];
      if (next === undefined || next.event.seconds / own.rules.epochSeconds > BigInt(epoch)) break;
      fold(state, next.event);
    }
    yield standingsOf(state, BigInt(epoch));
  }
}

/** A root and a count for each of these epochs. */
export const ownRoots = (own: OwnEvents, epochs: Iterable<number>): { root: string; count: number }[] =>
  Array.from(ownStandings(own, epochs), (standings) => ({ root: standingsRoot(standings), count: standings.length }));

const MARK = "bigint:";

/** As text that loses nothing, for a reader in another process. */
export const textOfEvents = (own: OwnEvents): string =>
  JSON.stringify(own, (_, value: unknown) => (typeof value === "bigint" ? `${MARK}${value}` : value));

export const eventsOfText = (text: string): OwnEvents =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  ) as OwnEvents;
