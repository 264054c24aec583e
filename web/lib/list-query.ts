import { addressOf } from "@lloom/protocol/identifiers";

/**
 * What of a list is shown: its order and its page. It lives in the address bar, so that a view can be linked to, and is
 * checked here, since anybody can write an address.
 */

/** A list's orders: the word in the address bar and the column that it stands for. */
export type Sorts = Readonly<Record<string, string>>;
export type Direction = "asc" | "desc";

export interface ListQuery {
  /** Word in the address bar. */
  readonly sort: string;
  /** Column of the indexer. */
  readonly column: string;
  readonly direction: Direction;
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/** Parameters as Next gives them: a name can come several times. */
export type SearchParams = Readonly<Record<string, string | string[] | undefined>>;

export const EXECUTOR_SORTS = {
  earned: "earned",
  stake: "stake",
  trust: "trust",
  price: "averagePrice",
  answers: "requests",
  tokens: "outboundTokens",
  clients: "clientCount",
  lost: "disputesLost",
  last: "lastSettledAt",
} as const satisfies Sorts;

export const MODEL_SORTS = {
  paid: "paid",
  answers: "requests",
  executors: "executorCount",
  last: "lastSettledAt",
} as const satisfies Sorts;

export const CLIENT_SORTS = {
  paid: "paid",
  deposit: "balance",
  answers: "requests",
  tokens: "outboundTokens",
  executors: "executorCount",
  last: "lastSettledAt",
} as const satisfies Sorts;

export const VALIDATOR_SORTS = {
  stake: "stake",
  audits: "auditCount",
  juries: "seatCount",
  fines: "fineCount",
  registered: "registeredAt",
} as const satisfies Sorts;
export const DISPUTE_SORTS = { next: "place", opened: "timestamp", stake: "atStake" } as const satisfies Sorts;
export const SETTLEMENT_SORTS = { time: "timestamp", paid: "paid", answers: "requests" } as const satisfies Sorts;

const MAX_CURSOR_LENGTH = 2_000;

/** The one value of a parameter; undefined if it is missing, given twice, or too long to be ours. */
export function oneParam(params: SearchParams, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" && value.length > 0 && value.length <= MAX_CURSOR_LENGTH ? value : undefined;
}

/**
 * Whether a text is a cursor of the indexer for a list in this order: the list's name, the column, the direction and what follows, parted by
 * points. One of another order would be refused by the indexer, so that the first page is shown instead.
 */
function isCursorFor(column: string, direction: ListQuery["direction"], text: string): boolean {
  const [, of, way, row] = text.split(".");
  return of === column && way === direction && row !== undefined && row !== "";
}

/** Reads order and page; what is missing or unknown falls back to the list's first order, largest first. */
export function parseListQuery(params: SearchParams, sorts: Sorts): ListQuery {
  const [first = ["", ""]] = Object.entries(sorts);
  const asked = oneParam(params, "sort") ?? "";
  const [sort, column] = Object.hasOwn(sorts, asked) ? [asked, sorts[asked] ?? first[1]] : first;
  const direction = oneParam(params, "dir") === "asc" ? "asc" : "desc";
  const cursor = (name: string) => {
    const text = oneParam(params, name);
    return text !== undefined && isCursorFor(column, direction, text) ? text : undefined;
  };
  const after = cursor("after");
  return {
    sort,
    column,
    direction,
    after,
    before: after === undefined ? cursor("before") : undefined,
  };
}

/** Whose settlements or disputes a list is narrowed to, as written in the address bar. */
export interface PartyFilter {
  readonly executor: string | undefined;
  readonly client: string | undefined;
}

/** Reads a filter by party; what is no address is left out. */
export function parsePartyFilter(params: SearchParams): PartyFilter {
  const address = (name: string) => addressOf(oneParam(params, name) ?? "");
  return { executor: address("executor"), client: address("client") };
}

/** An address within the explorer with the parameters that are set. */
export function hrefWith(path: string, params: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined) search.set(name, value);
  return search.size === 0 ? path : `${path}?${search}`;
}
