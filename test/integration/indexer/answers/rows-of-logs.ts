import type { RawEvent, RawPast } from "../raw-logs.ts";

/** A row of an answer. */
export type AnswerRow = Readonly<Record<string, string | number | null>>;

/** A question's parameters, and its rows by the chain's past. */
export interface Answer {
  readonly given?: (past: RawPast) => readonly (string | number)[];
  readonly rows: (past: RawPast) => readonly AnswerRow[];
}

export const DAY = 86_400;
export const WEEK = 7 * DAY;
/** Monday, 5 January 1970. */
const MONDAY = 4 * DAY;
export const MILLION = 1_000_000n;

/** A month of 30 days around everything that happened: from the newest block back. */
export const allTimes = ({ now }: RawPast): readonly [number, number] => [now - 400 * DAY, now + 1];

export const named = ({ events }: RawPast, ...names: readonly string[]): readonly RawEvent[] =>
  events.filter(({ name }) => names.includes(name));

export const text = (event: RawEvent, argument: string): string => String(event.args[argument]);

export const amount = (event: RawEvent, argument: string): bigint => BigInt(event.args[argument] as bigint);

/** What a settlement paid. */
export const paidBy = (event: RawEvent): bigint => amount(event, "acknowledgedPaid") + amount(event, "tailPaid");

export const sumOf = <Item>(items: readonly Item[], value: (item: Item) => bigint): bigint =>
  items.reduce((all, item) => all + value(item), 0n);

/** Groups by a key, in the order of the keys. */
export const grouped = <Item>(items: readonly Item[], key: (item: Item) => string): readonly [string, Item[]][] =>
  [...Map.groupBy(items, key)].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** A share rounded down; null of nothing. */
export const shareOf = (part: bigint, whole: bigint, unit = MILLION): string | null =>
  whole === 0n ? null : String((part * unit) / whole);

/** Start of the period that holds a time; weeks begin on Monday. */
export const periodOf = (timestamp: number, seconds: number): number =>
  Math.floor((timestamp - MONDAY) / seconds) * seconds + MONDAY;

/** Largest first, then by name. */
export const byAmount = <Item>(items: readonly Item[], value: (item: Item) => bigint, name: (item: Item) => string) =>
  items.toSorted((a, b) => Number(value(b) > value(a)) - Number(value(b) < value(a)) || (name(a) < name(b) ? -1 : 1));
