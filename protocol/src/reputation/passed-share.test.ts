import { describe, expect, it } from "vitest";
import { seeded } from "../../test/seeded.ts";
import { ONE } from "./fixed-point.ts";
import { type Findings, passedShare } from "./passed-share.ts";

/** One audit passed and two failed before any; no validator pulls more than an audit that says 1 against a share of 0. */
const PRIOR: Findings = { passed: ONE, against: 2n * ONE };
const MOST = ONE * ONE;
const pullOf = ({ passed, against }: Findings, share: bigint): bigint => passed * (ONE - share) - against * share;
const bounded = (pull: bigint): bigint => [-MOST, pull, MOST].sort((a, b) => (a < b ? -1 : 1))[1] ?? 0n;
const pullsAt = (all: readonly Findings[], share: bigint): bigint =>
  all.reduce((sum, findings) => sum + bounded(pullOf(findings, share)), pullOf(PRIOR, share));

/** Whether it is the largest share at which the pulls are not below zero. */
function expectLargest(all: readonly Findings[]): void {
  const share = passedShare(all);
  expect(share >= 0n && share < ONE).toBe(true);
  expect(pullsAt(all, share) >= 0n && pullsAt(all, share + 1n) < 0n).toBe(true);
}

describe("the share of passed audits", () => {
  it("is a third before any, and the plain share of what few validators found", () => {
    expect(passedShare([])).toBe(ONE / 3n);
    expect(passedShare([{ passed: ONE, against: ONE }])).toBe((2n * ONE) / 5n);
  });

  it("is where the pulls cancel out, if they do so exactly", () => {
    const [against, limited]: Findings[] = [
      { passed: 0n, against: ONE },
      { passed: 100n * ONE, against: 0n },
    ];
    expect(passedShare([against, limited] as Findings[])).toBe(ONE / 2n);
  });

  it("is the largest at which the pulls are not below zero, of 400 drawn findings (seed 7)", () => {
    const random = seeded(7);
    const weight = (): bigint => random.uint(random.below(2) === 0 ? 64 : 70) / BigInt(1 + random.below(4));
    for (let round = 0; round < 400; round++)
      expectLargest(Array.from({ length: random.below(9) }, () => ({ passed: weight(), against: weight() })));
  });

  it("is that to the last bit, where a validator reaches its limit just there", () => {
    const kind: Findings = { passed: 26_463_800_810_096_699_973n, against: 0n };
    for (const against of [0n, 1n, 2n, 3n].map((more) => 37_734_357_143_509_655_798n + more))
      expectLargest([kind, kind, { passed: 0n, against }]);
  });
});
