import type { Health } from "@lloom/protocol/observed/sheets";
import { priceBounds, type Threshold } from "../executors/thresholds.ts";
import type { Unseen } from "./read-sheet.ts";

/** Why nothing observed is shown, in a visitor's words. */
export const UNSEEN_WORDS: Readonly<Record<Unseen, string>> = {
  none: "Nobody observes this network for this explorer, so it cannot say what is offered now or who answers.",
  silent: "The observer does not answer, so it is not known what is offered now or who answers.",
  invalid: "What the observer said is not signed by it, or in no form that this explorer knows, so it is not shown.",
  old: "What the observer said last is too old to speak of now, so it is not shown.",
};

/** Milliseconds as people read them: `8 ms`, `1.25 s`. */
export function formatMs(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

const HUNDRED = 100;

/** A share as a percentage, rounded down, so that only what is whole is called 100 %: `99.9 %`. */
export const formatShare = (share: number): string =>
  share === 1 ? "100 %" : `${(Math.floor(share * 10 * HUNDRED) / 10).toFixed(1)} %`;

/** From dialling until the status came: what a stranger waits for before it can ask anything. */
export const firstResponse = (health: Health | null): number | undefined =>
  health === null || health.connectMs === null || health.responseMs === null
    ? undefined
    : health.connectMs + health.responseMs;

/** Up to this, nobody notices; from that on, everybody does. */
const QUICK_MS = 300;
const SLOW_MS = 1_000;

export function latencyThreshold(ms: number | undefined): Threshold | undefined {
  if (ms === undefined) return undefined;
  if (ms <= QUICK_MS) return { tone: "well", word: "quick" };
  return ms > SLOW_MS ? { tone: "bad", word: "slow" } : { tone: "plain", word: "fair" };
}

/** A quarter of an hour of a week, and one hour of a day. */
const STEADY = 0.998;
const FALTERING = 0.958;

/** Fewer say little. */
const ENOUGH_CALLS = 20;

export function uptimeThreshold(share: number, calls: number): Threshold {
  if (calls < ENOUGH_CALLS) return { tone: "plain", word: "few calls" };
  if (share >= STEADY) return { tone: "well", word: "steady" };
  return share < FALTERING ? { tone: "bad", word: "unsteady" } : { tone: "plain", word: "fair" };
}

/** A price beside those that others ask now; undefined where nobody else asks any. */
export function offeredPriceThreshold(price: bigint, asked: readonly bigint[]): Threshold | undefined {
  if (asked.length < 2) return undefined;
  const average = asked.reduce((sum, one) => sum + one, 0n) / BigInt(asked.length);
  if (average === 0n) return undefined;
  const { low, high } = priceBounds(average);
  if (price <= low) return { tone: "well", word: "low" };
  return price >= high ? { tone: "bad", word: "high" } : { tone: "plain", word: "usual" };
}
