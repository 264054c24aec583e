import type { Receipt } from "./commitment-types.ts";
import { costsFacts } from "./generated/facts.ts";
import type { TokenCounts } from "./token-counts.ts";

/** Token counts of one answer and its prices. */
export interface PricedTokens {
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
  /** Base units of the payment token per 1 000 000 tokens. */
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
}

/** Prices are for so many tokens: a 6-decimal token could not express $0.10 per million for a single one. */
export const { TOKENS_PER_PRICE } = costsFacts;

/** What one answer costs, in base units: rounded up once per answer, in the executor's favour by less than one unit. */
export function costUp({ inboundTokens, outboundTokens, inboundPrice, outboundPrice }: PricedTokens): bigint {
  const scaled = inboundTokens * inboundPrice + outboundTokens * outboundPrice;
  return (scaled + TOKENS_PER_PRICE - 1n) / TOKENS_PER_PRICE;
}

/** Base units that the stated counts of an answer cost beyond others that are lower. */
export function overchargeOf(
  { request, response }: Pick<Receipt, "request" | "response">,
  counts: TokenCounts,
): bigint {
  const { inboundTokens, outboundTokens } = response;
  const most = (stated: bigint, counted: number): bigint => (BigInt(counted) < stated ? BigInt(counted) : stated);
  const right = costUp({
    ...request,
    inboundTokens: most(inboundTokens, counts.inboundTokens),
    outboundTokens: most(outboundTokens, counts.outboundTokens),
  });
  return costUp({ ...request, inboundTokens, outboundTokens }) - right;
}
