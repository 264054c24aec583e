import { costUp } from "../src/costs.ts";

const MAX_UINT32 = 2n ** 32n - 1n;
/** The largest price at which the largest answer still has a cost that fits a uint96. */
const MAX_EVEN_PRICE = ((2n ** 96n - 1n) * 1_000_000n) / (2n * MAX_UINT32);

/** Inbound tokens, outbound tokens, inbound price, outbound price: the edges of rounding first. */
const CASES: readonly (readonly [bigint, bigint, bigint, bigint])[] = [
  [0n, 0n, 150_000n, 600_000n],
  [1n, 0n, 0n, 600_000n],
  [0n, 1n, 0n, 1n],
  [1n, 0n, 1n, 0n],
  [1n, 1n, 1n, 1n],
  [999_999n, 0n, 1n, 0n],
  [1_000_000n, 0n, 1n, 0n],
  [1_000_001n, 0n, 1n, 0n],
  [500_000n, 500_000n, 1n, 1n],
  [500_000n, 500_001n, 1n, 1n],
  [1n, 0n, 999_999n, 0n],
  [1n, 0n, 1_000_000n, 0n],
  [1n, 0n, 1_000_001n, 0n],
  [40n, 100n, 150_000n, 600_000n],
  [2_048n, 512n, 100_000n, 400_000n],
  [131_072n, 8_192n, 3_000_000n, 15_000_000n],
  [MAX_UINT32, MAX_UINT32, 1n, 1n],
  [1n, 1n, 2n ** 96n - 1n, 2n ** 96n - 1n],
  [MAX_UINT32, MAX_UINT32, MAX_EVEN_PRICE, MAX_EVEN_PRICE],
];

/** costs.json: what so many tokens cost at such prices. */
export const costVectors = () => ({
  rule: "ceil((inboundTokens * inboundPrice + outboundTokens * outboundPrice) / 1000000)",
  vectors: CASES.map(([inboundTokens, outboundTokens, inboundPrice, outboundPrice]) => {
    const priced = { inboundTokens, outboundTokens, inboundPrice, outboundPrice };
    return { ...priced, cost: costUp(priced) };
  }),
});
