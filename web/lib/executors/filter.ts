import type { Hex } from "@lloom/protocol/commitment-types";
import { hashOf } from "@lloom/protocol/identifiers";
import { oneParam, type SearchParams } from "../list-query.ts";
import { hashOfName } from "../models/model-names.ts";
import { ampleStake, type Market, priceBounds } from "./thresholds.ts";

/*
 * Which executors a list is narrowed to. Every word stands in the address bar, so that a view can be linked to.
 */

export const GRADES = { a: "A", b: "B", c: "C", new: "NEWCOMER" } as const;
export const GRADE_LABELS = { a: "A", b: "B", c: "C", new: "Newcomer" } as const satisfies Record<
  keyof typeof GRADES,
  string
>;
export const PRICES = { low: "Low", usual: "Usual", high: "High" } as const;
export const STAKES = { ample: "Ample", enough: "Enough", low: "Below minimum" } as const;
export const STATUSES = { active: "Active", jail: "In jail", below: "Below minimum", none: "Not registered" } as const;

export interface ExecutorFilter {
  /** As it was typed: a name, or the hash of one. */
  readonly model: string | undefined;
  readonly grade: keyof typeof GRADES | undefined;
  readonly price: keyof typeof PRICES | undefined;
  readonly stake: keyof typeof STAKES | undefined;
  readonly status: keyof typeof STATUSES | undefined;
}

const LONGEST_NAME = 200;

const known = <Name extends string>(
  names: Readonly<Record<Name, unknown>>,
  text: string | undefined,
): Name | undefined => (text !== undefined && Object.hasOwn(names, text) ? (text as Name) : undefined);

/** Reads a filter; what is none is left out. */
export function parseExecutorFilter(params: SearchParams): ExecutorFilter {
  const model = oneParam(params, "model")?.trim();
  return {
    model: model === undefined || model === "" || model.length > LONGEST_NAME ? undefined : model,
    grade: known(GRADES, oneParam(params, "grade")),
    price: known(PRICES, oneParam(params, "price")),
    stake: known(STAKES, oneParam(params, "stake")),
    status: known(STATUSES, oneParam(params, "status")),
  };
}

/** By which hash the chain knows the model of a filter. */
export const modelHashOf = ({ model }: ExecutorFilter): Hex | undefined =>
  model === undefined ? undefined : (hashOf(model) ?? hashOfName(model));

/** What the index has to say before it can be asked for the list. */
export interface MarketFacts extends Market {
  /** Who was paid for the model of the filter. */
  readonly sellers: readonly string[];
}

/** No address, for an empty list. */
const NOBODY = "0x";

type Where = Readonly<Record<string, unknown>>;

const stakeWhere = (stake: ExecutorFilter["stake"], facts: MarketFacts): Where => {
  switch (stake) {
    case "ample":
      return { stake_gte: String(ampleStake(facts)) };
    case "enough":
      return { stake_gte: String(facts.minimumStake), stake_lt: String(ampleStake(facts)) };
    case "low":
      return { stake_lt: String(facts.minimumStake) };
    default:
      return {};
  }
};

const priceWhere = (price: ExecutorFilter["price"], { averagePrice }: MarketFacts): Where => {
  if (price === undefined || averagePrice === undefined) return {};
  const { low, high } = priceBounds(averagePrice);
  if (price === "low") return { averagePrice_lte: String(low) };
  return price === "high"
    ? { averagePrice_gte: String(high) }
    : { averagePrice_gt: String(low), averagePrice_lt: String(high) };
};

const STATUS_WHERE: Readonly<Record<keyof typeof STATUSES, Where>> = {
  active: { active: true },
  jail: { jailedUntil_gte: 0 },
  below: { active: false, jailedUntil: null, registeredAt_gte: 0 },
  none: { registeredAt: null },
};

/** The index's filter for it. */
export const executorsWhere = (filter: ExecutorFilter, facts: MarketFacts): Where => ({
  ...(filter.model === undefined ? {} : { address_in: facts.sellers.length === 0 ? [NOBODY] : facts.sellers }),
  ...(filter.grade === undefined ? {} : { grade: GRADES[filter.grade] }),
  ...stakeWhere(filter.stake, facts),
  ...priceWhere(filter.price, facts),
  ...(filter.status === undefined ? {} : STATUS_WHERE[filter.status]),
});
