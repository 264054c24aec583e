import type { Candidate } from "../choose/choose.ts";

/** What is offered of a model. */
export interface ModelSummary {
  readonly model: string;
  readonly executors: number;
  /** The cheapest, base units per 1 000 000 tokens. */
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  /** The largest, tokens. */
  readonly maxContext: bigint;
}

/** Sums up the offers of one model. */
export function summary(model: string, candidates: readonly Candidate[]): ModelSummary {
  const offers = candidates.map(({ signed }) => signed.offer);
  return {
    model,
    executors: offers.length,
    inboundPrice: least(offers.map(({ inboundPrice }) => inboundPrice)),
    outboundPrice: least(offers.map(({ outboundPrice }) => outboundPrice)),
    maxContext: -least(offers.map(({ maxContext }) => -maxContext)),
  };
}

const least = (values: readonly bigint[]): bigint =>
  values.reduce((best, value) => (value < best ? value : best), values[0] ?? 0n);
