import { CHOICE } from "@lloom/protocol/reputation/choice-rule";
import { REPUTATION } from "@lloom/protocol/reputation/parameters";
import type { Executor } from "../rows.ts";

/** Where a figure lies, by a word and a tone, so that no colour has to be seen. */
export interface Threshold {
  readonly tone: "well" | "plain" | "bad";
  readonly word: string;
}

const well = (word: string): Threshold => ({ tone: "well", word });
const plain = (word: string): Threshold => ({ tone: "plain", word });
const bad = (word: string): Threshold => ({ tone: "bad", word });

/** What thresholds are measured by; prices in base units for a million tokens. */
export interface Market {
  readonly minimumStake: bigint;
  /** What was paid in the whole network; undefined before anything was. */
  readonly averagePrice: bigint | undefined;
}

/** Stake from which on more says little more: the scale of the reputation's stake factor. */
export const ampleStake = ({ minimumStake }: Pick<Market, "minimumStake">): bigint =>
  REPUTATION.stakeScale * minimumStake;

export function stakeThreshold(stake: bigint, market: Pick<Market, "minimumStake">): Threshold {
  if (stake < market.minimumStake) return bad("below minimum");
  return stake >= ampleStake(market) ? well("ample") : plain("enough");
}

const HUNDRED = 100n;
const hundredths = (factor: number): bigint => BigInt(Math.round(factor * Number(HUNDRED)));

/** Up to which price one is low, and from which on it is high, beside an average: by what a client explores, and what it calls dear. */
export const priceBounds = (average: bigint) => ({
  low: (average * HUNDRED) / hundredths(CHOICE.explorationFactor),
  high: (average * hundredths(CHOICE.dearFactor)) / HUNDRED,
});

/** Undefined where there is nothing to compare. */
export function priceThreshold(
  price: bigint | null,
  { averagePrice }: Pick<Market, "averagePrice">,
): Threshold | undefined {
  if (price === null || averagePrice === undefined || averagePrice === 0n) return undefined;
  const { low, high } = priceBounds(averagePrice);
  if (price <= low) return well("low");
  return price >= high ? bad("high") : plain("usual");
}

const GRADES: Readonly<Record<NonNullable<Executor["grade"]>, Threshold>> = {
  A: well("good"),
  B: plain("fair"),
  C: bad("poor"),
  NEWCOMER: plain("few audits"),
  UNKNOWN: plain("unknown"),
};

export const gradeThreshold = (grade: Executor["grade"]): Threshold | undefined =>
  grade === null ? undefined : GRADES[grade];
