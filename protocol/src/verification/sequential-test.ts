/**
 * When canaries prove enough for a dispute. Each canary is a bet against the executor: it multiplies what was staked by an
 * evidence factor whose mean is at most 1 while the executor is honest. So what a bet has become after any number of
 * canaries exceeds a million with a chance of at most one in a million (Ville's inequality), however often one looks, and
 * whatever was found before. Nothing about how a cheat behaves is assumed for that.
 *
 * Nobody knows since when an executor cheats, and with which share of its answers. So the stake is spread evenly: over each of the
 * latest canaries as the beginning, and over a few shares.
 */

/** Latest canaries that count. */
export const CANARY_WINDOW = 256;
/** Logarithm from which on a dispute may be opened: a million to one. */
export const DISPUTE_NATS = Math.log(1e6);
/** Canaries with something against the executor that a dispute needs besides. */
export const LEAST_CANARIES = 3;
/** For each beginning: half, since at any time beginnings of two windows in a row are summed up. */
const STAKE = 1 / (2 * CANARY_WINDOW);
/** Shares of answers that may be wrong. */
const SHARES = [1 / 64, 1 / 8, 1 / 2, 0.95] as const;

/** What one canary says. */
export interface CanaryEvidence {
  /** How many times likelier it is than of an honest executor: at most 1 on average while it is honest; 0 or more. */
  readonly factor: number;
}

/** Where the canaries of one executor and its weights stand. */
export interface EvidenceSum {
  /** Logarithm of what the bet has become; below 0 for who shows nothing. */
  readonly nats: number;
  /** Canaries, of those that count, that speak against the executor. */
  readonly against: number;
  readonly mayDispute: boolean;
}

/** The factor of a canary that found what an honest executor shows at most once in 1 / `rate`: others count 0. */
export const foundFactor = (found: boolean, rate: number): number => (found ? 1 / rate : 0);

/** Sums up canaries, the oldest first. Among so many as a window has an honest executor is accused once in a million times. */
export function sumEvidence(canaries: readonly CanaryEvidence[]): EvidenceSum {
  const latest = canaries.slice(-CANARY_WINDOW);
  const sums = SHARES.map((share) => {
    let bet = 0;
    for (const { factor } of latest) bet = (bet + STAKE) * (1 - share + share * factor);
    return bet;
  });
  const nats = Math.log(sums.reduce((sum, one) => sum + one, 0) / SHARES.length);
  const against = latest.filter(({ factor }) => factor > 1).length;
  return { nats, against, mayDispute: nats >= DISPUTE_NATS && against >= LEAST_CANARIES };
}

/** What a few canaries say by themselves, as a report has it: half of the answers are supposed to be wrong. */
export const reportedNats = (canaries: readonly CanaryEvidence[]): number =>
  canaries.reduce((sum, { factor }) => sum + Math.log(0.5 + 0.5 * factor), 0);
