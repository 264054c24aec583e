import { toNumber } from "@lloom/protocol/reputation/fixed-point";
import type { Reputation } from "./reputation-rows.ts";

/** An epoch of the chart: all between 0 and 1. */
export interface HistoryPoint {
  readonly epoch: number;
  /** Place between the first epoch and the last, by time. */
  readonly place: number;
  readonly trust: number;
  readonly share: number;
  readonly lower: number;
  readonly upper: number;
}

/** Where epochs lie in a chart, oldest first; rows come newest first, at most one for each epoch. */
export function historyPoints(rows: readonly Reputation[]): readonly HistoryPoint[] {
  const [last, first] = [rows[0]?.epoch ?? 0, rows.at(-1)?.epoch ?? 0];
  return rows.toReversed().map(({ epoch, trust, share, lower, upper }) => ({
    epoch,
    place: last === first ? 1 : (epoch - first) / (last - first),
    trust: toNumber(trust),
    share: toNumber(share),
    lower: toNumber(lower),
    upper: toNumber(upper),
  }));
}
