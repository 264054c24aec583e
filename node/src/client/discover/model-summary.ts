import type { Hex } from "@lloom/protocol/commitment-types";
import type { Candidate } from "../choose/choose.ts";
import { allForms, type FormCounts } from "../choose/validity.ts";
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
  /** How they are stored, if an offer says so. */
  readonly precision?: string | undefined;
}

/** What is offered of a model: with the weights that its name stands for, and which others are sold under it. */
export interface ModelSummary extends Omit<WeightsSummary, "hash" | "stake" | "precision"> {
  readonly model: string;
  /** Those that the name stands for first. */
  readonly weights: readonly [WeightsSummary, ...WeightsSummary[]];
  /** When the oldest of their offers that stand was made, Unix milliseconds. */
  readonly offeredAtMs?: number;
  /** What some of their executors can do beside plain answers. */
  readonly features?: readonly string[];
  /** How often answers of theirs to this client had the form that was asked for, where it counted any. */
  readonly forms?: FormCounts;
  /** False where all of them only embed. */
  readonly conversations?: boolean;
}

/** So many offers are looked into: profiles are texts that have to be read, and come again with every offer. */
const MOST_READ = 16;
/** An offer's id is the time of its making, and random bits below it. */
const RANDOM_BITS = 22n;

/** Sums up the offers of one model; undefined for none. `inUse`: weights that answered to its name last. */
export function summary(model: string, candidates: readonly Candidate[], inUse?: Hex): ModelSummary | undefined {
  const byHash = Map.groupBy(candidates, ({ signed }) => signed.offer.weightsHash);
  const shown = weightsOnSale(candidates, inUse).slice(0, MOST_SHOWN);
  const [first, ...others] = shown.map(({ hash, executors, stake }): WeightsSummary => {
    const sellers = byHash.get(hash) ?? [];
    const offers = sellers.map(({ signed }) => signed.offer);
    return {
      precision: sellers[0]?.precision,
      ...{ hash, executors, stake: BigInt(Math.floor(stake)) },
      inboundPrice: least(offers.map(({ inboundPrice }) => inboundPrice)),
      outboundPrice: least(offers.map(({ outboundPrice }) => outboundPrice)),
      maxContext: -least(offers.map(({ maxContext }) => -maxContext)),
    };
  });
  if (first === undefined) return undefined;
  const { executors, inboundPrice, outboundPrice, maxContext } = first;
  const sellers = byHash.get(first.hash) ?? [];
  const read = sellers.slice(0, MOST_READ);
  const forms = allForms(sellers.map((one) => one.forms));
  return {
    ...{ model, executors, inboundPrice, outboundPrice, maxContext, weights: [first, ...others] },
    offeredAtMs: Number(least(sellers.map(({ signed }) => signed.offer.offerId)) >> RANDOM_BITS),
    features: [...new Set(read.flatMap(({ features = [] }) => features))],
    ...(forms && { forms }),
    ...(read.every(({ conversations }) => conversations === false) && { conversations: false }),
  };
}

const least = (values: readonly bigint[]): bigint =>
  values.reduce((best, value) => (value < best ? value : best), values[0] ?? 0n);
