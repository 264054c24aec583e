/**
 * The share of audits that an executor is believed to pass. Every validator's audits pull the share towards what they say;
 * no validator pulls more than `REPUTATION.validatorPull`. So few validators that lie move it little, however often and however
 * badly they report, while what all of them find counts in full. Where nobody reaches the limit it is the plain share,
 * passed / (passed + against).
 */
import { FRACTION_BITS, ONE, ratioDown } from "./fixed-point.ts";
import { REPUTATION } from "./parameters.ts";

/** What one validator found: passed audits, and failed and unanswered ones by their weight; Q64. */
export interface Findings {
  readonly passed: bigint;
  readonly against: bigint;
}

const PRIOR: Findings = { passed: REPUTATION.priorPassed * ONE, against: REPUTATION.priorFailed * ONE };
const LIMIT = REPUTATION.validatorPull << (2n * FRACTION_BITS);

/** The largest Q64 at which the pulls, with that of the prior, are not below zero together: exact, whatever the way there. */
export function passedShare(all: readonly Findings[]): bigint {
  const passed = all.reduce((sum, findings) => sum + findings.passed, PRIOR.passed);
  const against = all.reduce((sum, findings) => sum + findings.against, PRIOR.against);
  const plain = ratioDown(passed, passed + against);
  if (all.every((findings) => isWithin(findings, plain) && isWithin(findings, plain + 1n))) return plain;
  let [low, high] = [0n, ONE];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (pullsAt(all, middle) >= 0n) low = middle;
    else high = middle;
  }
  return low;
}

/** Falls while the share rises; all products are exact. */
const pullsAt = (all: readonly Findings[], share: bigint): bigint =>
  all.reduce((sum, findings) => sum + limited(pullAt(findings, share)), pullAt(PRIOR, share));

/** Above zero if the share is below what the validator found; 128 fractional bits. */
const pullAt = ({ passed, against }: Findings, share: bigint): bigint => passed * (ONE - share) - against * share;

function limited(pull: bigint): bigint {
  if (pull > LIMIT) return LIMIT;
  return pull < -LIMIT ? -LIMIT : pull;
}

const isWithin = (findings: Findings, share: bigint): boolean => {
  const pull = pullAt(findings, share);
  return pull === limited(pull);
};
