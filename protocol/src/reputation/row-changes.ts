/** How an event changes rows. Pure: the same rows and event give the same rows, on every machine. */
import { aged, periodAt, weightIn } from "./decay.ts";
import type { Audit, ChannelChange, LaneSettlement, ReputationEvent, Strike } from "./events.ts";
import { FRACTION_BITS, ONE, ratioDown } from "./fixed-point.ts";
import { REPUTATION, type ReputationRules } from "./parameters.ts";
import { type AuditorRow, type ChannelRow, type ExecutorRow, NEW_AUDITOR, NEW_CHANNEL, NEW_EXECUTOR } from "./rows.ts";

/** The rows that an event may touch; what is not there yet is undefined, and starts as the `NEW_` rows of `rows.ts`. */
export interface TouchedRows {
  /** Of `event.executor`. */
  readonly executor?: ExecutorRow | undefined;
  /** Of `event.executor` and `event.validator`, if it has one. */
  readonly auditor?: AuditorRow | undefined;
  /** Of `event.executor` and `event.client`, if it has one. */
  readonly channel?: ChannelRow | undefined;
}

/** The rows that the event changed, as they are afterwards; those that it left alone are missing. */
export function rowsAfter(rules: ReputationRules, rows: TouchedRows, event: ReputationEvent): TouchedRows {
  const executor = rows.executor ?? NEW_EXECUTOR;
  switch (event.kind) {
    case "registration":
      return { executor: { ...executor, registered: true } };
    case "stake":
      // Validators stake too, and have no reputation.
      return executor.registered ? { executor: { ...executor, stake: event.stake } } : {};
    case "audit":
      return { auditor: auditorAfter(rules, rows.auditor ?? NEW_AUDITOR, event) };
    case "channel":
      return { channel: channelAfter(rows.channel ?? NEW_CHANNEL, event) };
    case "settlement":
      return settlementAfter(rules, { executor, channel: rows.channel ?? NEW_CHANNEL }, event);
    case "strike":
      return { executor: struckAfter(rules, executor, event) };
  }
}

/** Nothing comes of what was inconclusive, or has an outcome that this version does not know. */
function auditorAfter({ epochSeconds }: ReputationRules, row: AuditorRow, { epoch, outcome }: Audit): AuditorRow {
  const seconds = epoch * epochSeconds;
  const period = later(row.period, periodAt(seconds));
  const one = weightIn(ONE, { period, seconds });
  const sum = (before: bigint, counted: Audit["outcome"]): bigint =>
    aged(before, period - row.period) + (outcome === counted ? one : 0n);
  return {
    period,
    passed: sum(row.passed, "passed"),
    failed: sum(row.failed, "failed"),
    unanswered: sum(row.unanswered, "unanswered"),
  };
}

/** A clock that stands still or goes back adds nothing. */
function channelAfter(row: ChannelRow, { balance, seconds }: ChannelChange | LaneSettlement): ChannelRow {
  const since = later(row.since, seconds);
  return { balance, since, unused: row.unused + row.balance * (since - row.since) };
}

/**
 * A settlement is worth what the client acknowledged, as far as its channel has lain there long enough for it. Both grow with
 * the money and not with the number of clients, lanes or answers it is cut into.
 */
function settlementAfter(
  rules: ReputationRules,
  rows: { readonly executor: ExecutorRow; readonly channel: ChannelRow },
  event: LaneSettlement,
): TouchedRows {
  const channel = channelAfter(rows.channel, event);
  const price = lockedForOne(rules);
  const worth = lesser(
    ratioDown(event.acknowledged * REPUTATION.receiptPriceDivisor, rules.minimumStake),
    ratioDown(channel.unused, price),
  );
  const used = (worth * price + ONE - 1n) >> FRACTION_BITS;
  const row = executorAt(rules, rows.executor, event.seconds);
  const { period, receipts } = row.aged;
  const more = weightIn(worth, { period, seconds: row.seconds });
  return {
    channel: { ...channel, unused: channel.unused - used },
    executor: { ...row.aged, receipts: receipts + more },
  };
}

/** Base units times seconds for one receipt's worth. */
const lockedForOne = ({ minimumStake }: ReputationRules): bigint =>
  (minimumStake * REPUTATION.receiptLockSeconds) / REPUTATION.receiptLockDivisor;

/** No more strikes count at a time than jail; else an outage in which many complain would be held against it for years. */
function struckAfter(rules: ReputationRules, executor: ExecutorRow, event: Strike): ExecutorRow {
  const { aged: row, seconds } = executorAt(rules, executor, event.seconds);
  const { period } = row;
  const strikes = row.strikes + weightIn((event.halves * ONE) / 2n, { period, seconds });
  const most = weightIn((REPUTATION.mostHalfStrikes * ONE) / 2n, { period, seconds });
  return { ...row, strikes: lesser(strikes, most) };
}

/** The executor's row with its sums in the units of now, and the first second of the epoch, at which all of it counts. */
function executorAt({ epochSeconds }: ReputationRules, row: ExecutorRow, now: bigint) {
  const seconds = now - (now % epochSeconds);
  const period = later(row.period, periodAt(seconds));
  const halvings = period - row.period;
  const [receipts, strikes] = [aged(row.receipts, halvings), aged(row.strikes, halvings)];
  return { aged: { ...row, period, receipts, strikes }, seconds };
}

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
