import { tableLines } from "../market/listing.ts";
import type { PayingPrice } from "./price.ts";
import type { RoundResult } from "./round.ts";

/** What a backend did with so many at once. */
export interface LevelResult {
  readonly parallel: number;
  /** Of a long prompt, until its first token. */
  readonly firstMedianMs: number;
  readonly inboundPerSecond: number;
  readonly outboundPerSecond: number;
  readonly failed: number;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9_950 ? 2 : 1)} s`;
const rate = (perSecond: number): string => perSecond.toFixed(perSecond < 99.95 ? 1 : 0);

export const levelTable = (levels: readonly LevelResult[]): string[] =>
  tableLines(
    ["at once", "first token", "prompt tokens/s", "answer tokens/s"],
    levels.map(({ parallel, firstMedianMs, inboundPerSecond, outboundPerSecond, failed }) => [
      ...[String(parallel), seconds(firstMedianMs), rate(inboundPerSecond)],
      `${rate(outboundPerSecond)}${failed === 0 ? "" : `, ${failed} failed`}`,
    ]),
  );

export const roundTable = (rounds: readonly RoundResult[], shown: (amount: bigint) => string): string[] =>
  tableLines(
    ["at once", "first text", "9 of 10", "tokens/s", "answered", "paid"],
    rounds.map(({ parallel, firstMedianMs, firstNinthMs, outboundPerSecond, answered, failed, cost }) => [
      ...[String(parallel), seconds(firstMedianMs), seconds(firstNinthMs), rate(outboundPerSecond)],
      ...[`${answered}${failed === 0 ? "" : `, ${failed} failed`}`, shown(cost)],
    ]),
  );

const SHARES: Readonly<Record<number, string>> = { 1: "always", 0.5: "half of the time", 0.1: "a tenth of it" };

export const priceTable = (prices: readonly PayingPrice[]): string[] =>
  tableLines(
    ["answers", "prompt", "answer"],
    prices.map(({ busy, inboundPrice, outboundPrice }) => [SHARES[busy] ?? String(busy), inboundPrice, outboundPrice]),
  );
