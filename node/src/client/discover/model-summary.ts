import type { Hex } from "@lloom/protocol/commitment-types";
import type { Candidate } from "../choose/choose.ts";
import { weightsOnSale } from "../choose/weights.ts";

/** Weights of one name that are told, by their stake. */
const MOST_SHOWN = 16;

/** What is offered of a model with one kind of weights. */
export interface WeightsSummary {
  /** The SHA-256 that executors sign; zero for those who name none. */
  readonly hash: Hex;
  readonly executors: number;
  /** What these executors have at stake together, base units. */
  readonly stake: bigint;
  /** The cheapest, base units per 1 000 000 tokens. */
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  /** The largest, tokens. */
  readonly maxContext: bigint;
}

/** What is offered of a model: with the weights that its name stands for, and which others are sold under it. */
export interface ModelSummary extends Omit<WeightsSummary, "hash" | "stake"> {
  readonly model: string;
  /** Those that the name stands for first. */
  readonly weights: readonly [WeightsSummary, ...WeightsSummary[]];
}

/** Sums up the offers of one model; undefined for none. `inUse`: weights that answered to its name last. */
export function summary(model: string, candidates: readonly Candidate[], inUse?: Hex): ModelSummary | undefined {
  const byHash = Map.groupBy(candidates, ({ signed }) => signed.offer.weightsHash);
  const shown = weightsOnSale(candidates, inUse).slice(0, MOST_SHOWN);
  const [first, ...others] = shown.map(({ hash, executors, stake }): WeightsSummary => {
    const offers = (byHash.get(hash) ?? []).map(({ signed }) => signed.offer);
    return {
      ...{ hash, executors, stake: BigInt(Math.floor(stake)) },
      inboundPrice: least(offers.map(({ inboundPrice }) => inboundPrice)),
      outboundPrice: least(offers.map(({ outboundPrice }) => outboundPrice)),
      maxContext: -least(offers.map(({ maxContext }) => -maxContext)),
    };
  });
  if (first === undefined) return undefined;
  const { executors, inboundPrice, outboundPrice, maxContext } = first;
  return { model, executors, inboundPrice, outboundPrice, maxContext, weights: [first, ...others] };
}

const least = (values: readonly bigint[]): bigint =>
  values.reduce((best, value) => (value < best ? value : best), values[0] ?? 0n);
