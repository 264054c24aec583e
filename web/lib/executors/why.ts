import type { Hex } from "@lloom/protocol/commitment-types";
import { CHOICE, FRAUDS, reputationFactor } from "@lloom/protocol/reputation/choice-rule";
import type { Grade } from "@lloom/protocol/reputation/standing";
import { isReported } from "@lloom/protocol/reputation/standing";
import type { StrikeRow } from "../dispute-rows.ts";
import { averagePrice } from "../models/market-share.ts";
import type { Reputation } from "../reputation-rows.ts";
import type { Executor, ExecutorModel } from "../rows.ts";

/*
 * Why a client's node asks an executor or not, as far as the chain can say: the rule of `lloom ask` and of the gateway, with its factors.
 */

/** Somebody who was paid for a model. */
export interface Rival {
  readonly work: Pick<ExecutorModel, "paid" | "inboundTokens" | "outboundTokens">;
  readonly executor: Pick<Executor, "address" | "active" | "trust" | "grade">;
}

/** What an executor's models are sold for, by it and by others. */
export interface ModelMarket {
  readonly modelHash: Hex;
  readonly rivals: readonly Rival[];
}

export interface WhyInputs {
  readonly executor: Pick<Executor, "address" | "active" | "trust" | "grade">;
  /** Its newest one. */
  readonly reputation: Reputation | undefined;
  /** Newest first. */
  readonly strikes: readonly StrikeRow[];
  readonly markets: readonly ModelMarket[];
  /** The chain's clock. */
  readonly now: number;
}

/** Where an executor stands among those that were paid for a model and can be chosen now. */
export interface Place {
  readonly modelHash: Hex;
  /** What a million tokens cost on average, and what that counts as in a choice, base units. */
  readonly price: bigint;
  readonly counted: bigint;
  /** From 1, by what prices count as. */
  readonly rank: number;
  readonly of: number;
  readonly cheapest: bigint;
  /** Whether it counts as equal to the cheapest. */
  readonly isNear: boolean;
}

/** `never`: no client buys from it; `last`: only where nobody else is left. */
export type Eligibility = "can" | "last" | "never";

export interface Why {
  readonly eligibility: Eligibility;
  readonly isStaked: boolean;
  readonly hasCheated: boolean;
  readonly isReported: boolean;
  /** What its reputation multiplies its price by. */
  readonly factor: number;
  readonly places: readonly Place[];
}

const FRAUD_NAMES: ReadonlySet<string> = new Set(
  FRAUDS.map((name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()),
);

const ONE = 2 ** 64;

/** What a reputation multiplies a price by for a client that does not know the executor; grades have other names in the index. */
export function factorOf({ trust, grade }: Pick<Executor, "trust" | "grade">): number {
  if (trust === null || grade === null || grade === "UNKNOWN") return 1;
  const known: Grade = grade === "NEWCOMER" ? "newcomer" : grade;
  return reputationFactor({ trust: Number(trust) / ONE, grade: known }, 0);
}

const timesFactor = (price: bigint, factor: number): bigint => BigInt(Math.round(Number(price) * factor));

function placeOf({ modelHash, rivals }: ModelMarket, address: string): readonly Place[] {
  const offers = rivals.flatMap(({ work, executor }) => {
    const price = averagePrice(work);
    if (price === undefined || (!executor.active && executor.address !== address)) return [];
    return [{ address: executor.address, price, counted: timesFactor(price, factorOf(executor)) }];
  });
  const own = offers.find((offer) => offer.address === address);
  if (own === undefined) return [];
  const cheapest = offers.reduce((least, { counted }) => (counted < least ? counted : least), own.counted);
  const rank = 1 + offers.filter(({ counted }) => counted < own.counted).length;
  const isNear = own.counted <= timesFactor(cheapest, CHOICE.nearEqual);
  return [{ modelHash, price: own.price, counted: own.counted, rank, of: offers.length, cheapest, isNear }];
}

/** Whether and by what a client would choose it. */
export function whyChosen({ executor, reputation, strikes, markets, now }: WhyInputs): Why {
  const hasCheated = strikes.some(
    ({ offence, halves, timestamp }) =>
      FRAUD_NAMES.has(offence) && halves > 0n && timestamp > now - CHOICE.fraudSeconds,
  );
  const grade = reputation?.grade;
  const reported =
    reputation !== undefined && grade !== undefined && grade !== "UNKNOWN" && grade !== "NEWCOMER"
      ? isReported({ grade, upper: reputation.upper })
      : false;
  const eligibility = !executor.active ? "never" : hasCheated || reported ? "last" : "can";
  return {
    ...{ eligibility, isStaked: executor.active, hasCheated, isReported: reported },
    factor: factorOf(executor),
    places: markets.flatMap((market) => placeOf(market, executor.address)),
  };
}
