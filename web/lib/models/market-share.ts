import type { ExecutorModel } from "../rows.ts";

const TEN_THOUSAND = 10_000n;
const MILLION = 1_000_000n;

/** What a million tokens cost on average, prompt and answer together, in base units; undefined without tokens. */
export function averagePrice({
  paid,
  inboundTokens,
  outboundTokens,
}: Pick<ExecutorModel, "paid" | "inboundTokens" | "outboundTokens">): bigint | undefined {
  const tokens = inboundTokens + outboundTokens;
  return tokens === 0n ? undefined : (paid * MILLION) / tokens;
}

/** A part of a whole in percent with a decimal: `62.5 %`. */
export function shareText(part: bigint, whole: bigint): string {
  if (whole === 0n) return "none";
  const hundredths = (part * TEN_THOUSAND) / whole;
  return `${hundredths / 100n}.${(hundredths / 10n) % 10n} %`;
}

/** How concentrated answers are, from the largest share: who reads it need not know an index of it. */
export function concentrationWords(largest: bigint, whole: bigint): string {
  if (whole === 0n) return "nobody yet";
  const percent = (largest * 100n) / whole;
  if (percent >= 80n) return "hangs on one executor";
  return percent >= 40n ? "one executor leads" : "spread over many";
}
