/** A seeded history of everything that reputation is computed from, in the chain's order. */
import { AUDIT_OUTCOMES } from "../src/audit-reports.ts";
import type { Address } from "../src/commitment-types.ts";
import type { ReputationEvent } from "../src/reputation/events.ts";
import type { ReputationRules } from "../src/reputation/parameters.ts";
import { type Seeded, seeded } from "./seeded.ts";

export const HISTORY_RULES: ReputationRules = { epochSeconds: 3_600n, minimumStake: 100_000_000n };

/** An event with its block, which has one time. */
export interface HistoryEvent {
  readonly block: number;
  readonly event: ReputationEvent;
}

const EXECUTORS = 20;
/** 2026-11-29, an hour before a half-life begins. */
const START = 1_209_600n * 1_484n - 3_600n;

const member = (role: number, index: number): Address =>
  `0x${(1_000 * role + index + 1).toString(16).padStart(40, "0")}`;
/** One of the executors of a history. */
export const historyExecutor = (index: number): Address => member(1, index);

/** So many events over about a second and a half for each; blocks hold up to eight. */
export function randomHistory(seed: number, count: number): HistoryEvent[] {
  const random = seeded(seed);
  const history: HistoryEvent[] = [];
  let [block, seconds] = [1, START];
  for (let index = 0; index < EXECUTORS; index++) {
    const executor = historyExecutor(index);
    history.push({ block, event: { kind: "registration", executor, seconds } });
  }
  while (history.length < count) {
    block += 1;
    // Now and then a chain pauses, for hours or for months.
    const pause = [3_600 * 24 * 40, 3_600 * 7][random.below(2_000)];
    seconds += BigInt(pause ?? 1 + random.below(24));
    const size = Math.min(1 + random.below(8), count - history.length);
    for (let index = 0; index < size; index++) history.push({ block, event: randomEvent(random, seconds) });
  }
  return history;
}

function randomEvent(random: Seeded, seconds: bigint): ReputationEvent {
  const executor = historyExecutor(random.below(EXECUTORS));
  const about = { executor, seconds };
  const client = member(3, random.below(40));
  const amount = (limit: number): bigint => (random.below(5) === 0 ? random.uint(96) : BigInt(random.below(limit)));
  const kind = random.below(100);
  if (kind < 50) {
    const outcome =
      ([...AUDIT_OUTCOMES, "passed", "passed", "passed", "Unknown"] as const)[random.below(8)] ?? "passed";
    const epoch = seconds / HISTORY_RULES.epochSeconds - 1n;
    return { kind: "audit", ...about, validator: member(2, random.below(8)), epoch, outcome };
  }
  if (kind < 85) {
    return { kind: "settlement", ...about, client, balance: amount(20_000_000), acknowledged: amount(200_000) };
  }
  if (kind < 95) return { kind: "channel", ...about, client, balance: amount(20_000_000) };
  if (kind < 99) return { kind: "stake", ...about, stake: amount(900_000_000) };
  return { kind: "strike", ...about, halves: BigInt(1 + random.below(3)) };
}
