/** The client's whole rule about prices: what is too dear, what a candidate is expected to cost, and how far apart counts. */
import { reputationFactor } from "@lloom/protocol/reputation/choice-rule";
import type { PriceLimit } from "../question.ts";
import type { Reputation } from "./reputation.ts";

/** What is asked for, tokens. */
interface Wanted {
  readonly inboundTokens: bigint;
  readonly maxOutboundTokens: bigint;
}

/**
 * Prices of an offer, as numbers that compare fast, how often the executor's answers were right, from 0 to 1, how many there
 * were, and what it is said to be.
 */
interface Priced {
  readonly inboundPrice: number;
  readonly outboundPrice: number;
  readonly health: { readonly success: number; readonly answers: number };
  readonly reputation: Reputation | undefined;
}

const LEAST_SUCCESS = 0.05;
/** Bytes of a prompt that make a token, on average. */
const BYTES_PER_TOKEN = 4n;

/** Tokens of a prompt of so many bytes, about; only to weigh prices, nobody is charged by it. */
export const estimatedTokens = (bytes: bigint): bigint => bytes / BYTES_PER_TOKEN;

/** The lower of two limits, each side for itself. */
export function lowestLimit(own: PriceLimit | undefined, most: PriceLimit): PriceLimit {
  const lower = (a: bigint | undefined, b: bigint | undefined) => (a === undefined || (b ?? a) < a ? b : a);
  return { inbound: lower(own?.inbound, most.inbound), outbound: lower(own?.outbound, most.outbound) };
}

/** Whether an offer asks more than the limit on either side. */
export const isTooDear = (
  { inboundPrice, outboundPrice }: { readonly inboundPrice: bigint; readonly outboundPrice: bigint },
  { inbound, outbound }: PriceLimit,
): boolean => (inbound !== undefined && inboundPrice > inbound) || (outbound !== undefined && outboundPrice > outbound);

/**
 * What a candidate is expected to cost: the price of the prompt, with the tokens that it has counted above what is usual, and
 * of the longest answer, divided by the success rate, squared, times what its reputation makes of it. At least a little above
 * zero, so that free offers still compare by success. A floating-point number: it ranks, it is never paid.
 */
export function expectedCost({
  inboundTokens,
  maxOutboundTokens,
}: Wanted): (candidate: Priced, surplus?: number) => number {
  const [inbound, outbound] = [Number(inboundTokens), Number(maxOutboundTokens)];
  return ({ inboundPrice, outboundPrice, health, reputation }, surplus = 0) =>
    (((inbound + surplus) * inboundPrice + outbound * outboundPrice + 1) *
      reputationFactor(reputation, health.answers)) /
    Math.max(health.success, LEAST_SUCCESS) ** 2;
}
