/** One executor's standings through time, of its own events: what a node or a browser computes to check an index. */
import type { Address } from "../commitment-types.ts";
import type { ReputationEvent } from "./events.ts";
import { type ExecutorHistory, emptyReputation, fold } from "./fold.ts";
import type { ReputationRules } from "./parameters.ts";
import { type Standing, type StandingRows, standingOf } from "./standing.ts";

/** An event with its block. */
export interface PlacedEvent {
  readonly block: number;
  readonly event: ReputationEvent;
}

/** A standing at the end of an epoch in which something happened that counts; of the last one, by what was given of it. */
export interface EpochStanding extends Standing {
  /** Of the newest event that counts. */
  readonly block: number;
}

/** An executor's history folded: its rows after the last event, and its standings on the way, computed when they are asked for. */
export interface Replayed {
  readonly history: ExecutorHistory;
  /** All of them, oldest first. */
  readonly standings: () => EpochStanding[];
  /** Its standing at the end of any epoch, however long nothing has happened; undefined before it registered. */
  readonly at: (epoch: bigint) => EpochStanding | undefined;
}

/** What an epoch ended with in which something happened. */
interface Kept {
  readonly epoch: bigint;
  readonly block: number;
  readonly rows: StandingRows;
}

/**
 * Folds the events of one executor, in the chain's order, those of others left out. An epoch in which nothing of it happened has
 * no standing of its own: it is the one before, aged.
 */
export function replay(
  rules: ReputationRules,
  { executor, events }: { readonly executor: Address; readonly events: Iterable<PlacedEvent> },
): Replayed {
  const state = emptyReputation(rules);
  const kept: Kept[] = [];
  const historyOf = (): ExecutorHistory =>
    state.executors.get(executor) ?? { executor: undefined, auditors: new Map(), channels: new Map() };
  let open: { readonly epoch: bigint; readonly block: number } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const { executor: row, auditors } = historyOf();
    kept.push({ ...open, rows: { executor: row, auditors: [...auditors.values()] } });
    open = undefined;
  };
  for (const { block, event } of events) {
    if (event.executor !== executor) continue;
    const epoch = event.seconds / rules.epochSeconds;
    if (open !== undefined && open.epoch !== epoch) close();
    const changed = fold(state, event);
    // Money in a channel counts for nothing until it is settled, and who has not registered has no standing.
    if (changed.executor === undefined && changed.auditor === undefined) continue;
    if (historyOf().executor?.registered === true) open = { epoch, block };
  }
  close();
  const standingAt = ({ rows, block }: Kept, epoch: bigint): EpochStanding => ({
    ...standingOf(rules, rows, epoch),
    block,
  });
  return {
    history: historyOf(),
    standings: () => kept.map((one) => standingAt(one, one.epoch)),
    at: (epoch) => {
      const before = kept.findLast((one) => one.epoch <= epoch);
      return before && standingAt(before, epoch);
    },
  };
}
