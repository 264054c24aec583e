/** What this client has seen of one executor. Its own experience, nobody's hearsay. */
export interface ExecutorHealth {
  /** Moving average of successes, from 0 to 1. */
  readonly success: number;
  /** Moving average of the time to the first token; undefined before the first. */
  readonly firstTokenMs: number | undefined;
  /** Since the last success. */
  readonly failures: number;
  /** Not chosen before this, Unix milliseconds, unless nobody else is left. */
  readonly avoidUntilMs: number;
  /** Sent something that its signature or arithmetic does not cover: while avoided, never a last resort. */
  readonly distrusted: boolean;
}

/** How an attempt ended, as far as the executor is concerned. */
export type Outcome =
  | { readonly type: "answered"; readonly firstTokenMs: number }
  /** Full: a reason to go elsewhere, none to think less of it. */
  | { readonly type: "busy" }
  /** Shutting down. */
  | { readonly type: "leaving" }
  | { readonly type: "failed" }
  | { readonly type: "unreachable" }
  | { readonly type: "cheated" };

/** Nothing known: as good as any. */
export const UNKNOWN_HEALTH: ExecutorHealth = {
  success: 1,
  firstTokenMs: undefined,
  failures: 0,
  avoidUntilMs: 0,
  distrusted: false,
};

const WEIGHT = 0.2;
const BUSY_MS = 1_000;
const LEAVING_MS = 30_000;
const SHORTEST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 120_000;
const CHEAT_BACKOFF_MS = 3_600_000;
/** A failure may be the question's fault; so many in a row are not. */
const FAILURES_BEFORE_EJECTION = 3;

/** The health after an attempt. */
export function afterOutcome(health: ExecutorHealth, outcome: Outcome, nowMs: number): ExecutorHealth {
  const { type } = outcome;
  if (type === "busy" || type === "leaving") {
    const awayMs = type === "busy" ? BUSY_MS : LEAVING_MS;
    return { ...health, avoidUntilMs: Math.max(health.avoidUntilMs, nowMs + awayMs) };
  }
  if (type === "answered") return afterAnswer(health, outcome.firstTokenMs);
  const failures = health.failures + 1;
  const success = health.success * (1 - WEIGHT);
  if (type === "cheated")
    return { ...health, success, failures, distrusted: true, avoidUntilMs: nowMs + CHEAT_BACKOFF_MS };
  const strikes = type === "unreachable" ? failures : failures - FAILURES_BEFORE_EJECTION + 1;
  const avoidUntilMs = strikes > 0 ? nowMs + backoffMs(strikes) : health.avoidUntilMs;
  return { ...health, success, failures, avoidUntilMs };
}

function afterAnswer(health: ExecutorHealth, firstTokenMs: number): ExecutorHealth {
  const before = health.firstTokenMs ?? firstTokenMs;
  return {
    success: health.success * (1 - WEIGHT) + WEIGHT,
    firstTokenMs: before * (1 - WEIGHT) + firstTokenMs * WEIGHT,
    failures: 0,
    avoidUntilMs: 0,
    distrusted: false,
  };
}

/** Doubles with each strike in a row. */
const backoffMs = (strikes: number): number =>
  Math.min(SHORTEST_BACKOFF_MS * 2 ** Math.min(strikes - 1, 10), LONGEST_BACKOFF_MS);
