/** Reputation of all executors in memory. An index keeps the same rows in tables, and changes them by `rowsAfter` alone. */
import type { Address } from "../commitment-types.ts";
import type { ReputationEvent } from "./events.ts";
import type { ReputationRules } from "./parameters.ts";
import { rowsAfter, type TouchedRows } from "./row-changes.ts";
import type { AuditorRow, ChannelRow, ExecutorRow } from "./rows.ts";

/** All that is kept of one executor. */
export interface ExecutorHistory {
  executor: ExecutorRow | undefined;
  /** By validator. */
  readonly auditors: Map<Address, AuditorRow>;
  /** By client. */
  readonly channels: Map<Address, ChannelRow>;
}

export interface ReputationState {
  readonly rules: ReputationRules;
  readonly executors: Map<Address, ExecutorHistory>;
}

export const emptyReputation = (rules: ReputationRules): ReputationState => ({ rules, executors: new Map() });

/**
 * Adds the next event to the state, in place: a history may have millions. Events come in the chain's order, block by block and
 * in a block by log index. To take a block back, start from a copy of before it. Returns the rows that it changed.
 */
export function fold(state: ReputationState, event: ReputationEvent): TouchedRows {
  const history = state.executors.get(event.executor) ?? {
    executor: undefined,
    auditors: new Map(),
    channels: new Map(),
  };
  state.executors.set(event.executor, history);
  const validator = event.kind === "audit" ? event.validator : undefined;
  const client = event.kind === "channel" || event.kind === "settlement" ? event.client : undefined;
  const after = rowsAfter(
    state.rules,
    {
      executor: history.executor,
      auditor: validator && history.auditors.get(validator),
      channel: client && history.channels.get(client),
    },
    event,
  );
  if (after.executor !== undefined) history.executor = after.executor;
  if (validator !== undefined && after.auditor !== undefined) history.auditors.set(validator, after.auditor);
  if (client !== undefined && after.channel !== undefined) history.channels.set(client, after.channel);
  return after;
}
