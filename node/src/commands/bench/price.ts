/** What a machine does at its best, tokens a second. */
export interface Speed {
  readonly inboundPerSecond: number;
  readonly outboundPerSecond: number;
}

/** Prices for 1 000 000 tokens, in tokens of payment, as settings take them. */
export interface PayingPrice {
  /** Share of the time in which it answers, from 0 to 1. */
  readonly busy: number;
  readonly inboundPrice: string;
  readonly outboundPrice: string;
}

const SECONDS = 3_600;
const MILLION = 1_000_000;
/** Digits that tell anything of an estimate, and that tokens of payment have. */
const DIGITS = 3;
const MOST_DECIMALS = 6;

/** Shares of the time for which prices are told. */
export const BUSY = [1, 0.5, 0.1] as const;

/**
 * The prices at which the hours in which a machine answers pay for all hours: reading a prompt and writing an answer each cost the time
 * that they take. Undefined where one of them was not measured.
 */
export function payingPrice({ inboundPerSecond, outboundPerSecond }: Speed, hourCost: number, busy: number) {
  if (inboundPerSecond <= 0 || outboundPerSecond <= 0) return undefined;
  const price = (perSecond: number): string => rounded((hourCost * MILLION) / (SECONDS * perSecond * busy));
  const paying: PayingPrice = {
    busy,
    inboundPrice: price(inboundPerSecond),
    outboundPrice: price(outboundPerSecond),
  };
  return paying;
}

/** Rounded up, so that it pays. */
function rounded(price: number): string {
  if (price <= 0) return "0";
  const decimals = Math.min(MOST_DECIMALS, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(price))));
  const unit = 10 ** decimals;
  // What arithmetic of fractions adds is no reason to round up.
  const text = (Math.ceil(price * unit - 1e-9) / unit).toFixed(decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
