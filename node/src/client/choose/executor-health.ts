import { backoffMs } from "../../primitives/backoff.ts";
import { afterMaybe, type Pace } from "./pace.ts";

/** What this client has seen of one executor. Its own experience, nobody's hearsay. */
export interface ExecutorHealth {
  /** Right answers, since the client remembers. */
  readonly answers: number;
  /** Moving average of successes, from 0 to 1. */
  readonly success: number;
  /** To the first token; undefined before the first. */
  readonly firstToken: Pace | undefined;
  /** The longest silence of an answer after its first text; undefined before the first. */
  readonly gap: Pace | undefined;
  /** Between two tokens of an answer, moving average; undefined before the first answer of some length. */
  readonly msPerToken: number | undefined;
  /** Since the last success. */
  readonly failures: number;
  /** Refusals for being full, since the last success. */
  readonly refusals: number;
  /** Not chosen before this, Unix milliseconds, unless nobody else is left. */
  readonly avoidUntilMs: number;
  /** Sent something that its signature or arithmetic does not cover: while avoided, never a last resort. */
  readonly distrusted: boolean;
}

/** How long an executor kept silent in an answer, as far as that was measured. */
interface Measured {
  readonly firstTokenMs?: number | undefined;
  readonly longestGapMs?: number | undefined;
  readonly msPerToken?: number | undefined;
}

/** How an attempt ended, as far as the executor is concerned. */
export type Outcome =
  /** Nothing was measured where the log tells of it. */
  | ({ readonly type: "answered" } & Measured)
  /** Full: a reason to go elsewhere, none to think less of it, unless it is full for ever. */
  | { readonly type: "busy" }
  /** Shutting down. */
  | { readonly type: "leaving" }
  /** It refused without a good reason, broke off, or said nothing. */
  | { readonly type: "failed" }
  /** It called the question impossible, and others agreed: maybe true, and still no answer. */
  | { readonly type: "blamed" }
  | { readonly type: "cheated" }
  /** Proven on chain, or provable there by what this client holds. */
  | { readonly type: "convicted" };

/** Nothing known: neither good nor bad. */
export const UNKNOWN_HEALTH: ExecutorHealth = {
  answers: 0,
  success: 1,
  firstToken: undefined,
  gap: undefined,
  msPerToken: undefined,
  failures: 0,
  refusals: 0,
  avoidUntilMs: 0,
  distrusted: false,
};

const WEIGHT = 0.2;
const BLAME_WEIGHT = 0.1;
const LEAVING_MS = 30_000;
const BUSY = { firstMs: 1_000, longestMs: 60_000 };
const FAILED = { firstMs: 5_000, longestMs: 600_000 };
const CHEAT_MS = 3_600_000;
/** As long as the contracts jail for the gravest breach. */
const CONVICTED_MS = 30 * 24 * 3_600_000;

/** When an attempt ended, and the chance by which clients that failed together come back apart. */
export interface OutcomeSetting {
  readonly nowMs: number;
  readonly random: () => number;
}

/** The health after an attempt. The first failure counts already: whoever fails once is not asked first again. */
export function afterOutcome(
  health: ExecutorHealth,
  outcome: Outcome,
  { nowMs, random }: OutcomeSetting,
): ExecutorHealth {
  if (outcome.type === "answered") return afterAnswer(health, outcome, nowMs);
  const avoid = (ms: number): number => Math.max(health.avoidUntilMs, nowMs + ms);
  if (outcome.type === "leaving") return { ...health, avoidUntilMs: avoid(LEAVING_MS) };
  if (outcome.type === "busy") {
    const refusals = health.refusals + 1;
    return { ...health, refusals, avoidUntilMs: avoid(backoffMs(refusals, BUSY, random)) };
  }
  if (outcome.type === "blamed") return { ...health, success: health.success * (1 - BLAME_WEIGHT) };
  const failures = health.failures + 1;
  const success = health.success * (1 - WEIGHT);
  if (outcome.type === "cheated")
    return { ...health, success, failures, distrusted: true, avoidUntilMs: avoid(CHEAT_MS) };
  if (outcome.type === "convicted") return { ...health, distrusted: true, avoidUntilMs: avoid(CONVICTED_MS) };
  return { ...health, success, failures, avoidUntilMs: avoid(backoffMs(failures, FAILED, random)) };
}

/** Who cheated is not better for an answer that was on its way then. */
function afterAnswer(
  health: ExecutorHealth,
  { firstTokenMs, longestGapMs, msPerToken = health.msPerToken }: Measured,
  nowMs: number,
): ExecutorHealth {
  const before = health.msPerToken ?? msPerToken;
  const isCaught = health.distrusted && health.avoidUntilMs > nowMs;
  return {
    answers: health.answers + 1,
    success: health.success * (1 - WEIGHT) + WEIGHT,
    firstToken: afterMaybe(health.firstToken, firstTokenMs),
    gap: afterMaybe(health.gap, longestGapMs),
    msPerToken: before === undefined || msPerToken === undefined ? before : before + WEIGHT * (msPerToken - before),
    failures: 0,
    refusals: 0,
    avoidUntilMs: isCaught ? health.avoidUntilMs : 0,
    distrusted: isCaught,
  };
}
