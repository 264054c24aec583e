import { expect, test } from "vitest";
import { clockError, seemingSkewMs } from "./clock-evidence.ts";
import { clockProblem } from "./clock-problem.ts";

/** Errors of a clock in seconds, positive when it is fast. */
const SKEWS = [-700, -150, 90, 130, 150, 600];
const UNBOUNDED = { leastMs: Number.NEGATIVE_INFINITY, mostMs: Number.POSITIVE_INFINITY };

test.for(SKEWS)("finds a clock that is %i s off by peers, by blocks, and by both", (skew) => {
  const errorMs = skew * 1000;
  const blocks = { leastMs: errorMs - 20_000, mostMs: errorMs + 20_000 };
  expect(clockError({ peers: [errorMs + 40, errorMs, errorMs - 300] })).toEqual({ errorMs, peers: 3, chain: false });
  expect(clockError({ peers: [errorMs], chain: blocks })).toEqual({ errorMs, peers: 1, chain: true });
  const byBlocks = clockError({ peers: [], chain: blocks });
  expect(byBlocks).toMatchObject({ peers: 0, chain: true });
  expect(Math.sign(byBlocks?.errorMs ?? 0)).toBe(Math.sign(skew));
  expect(Math.abs(byBlocks?.errorMs ?? 0)).toBeLessThanOrEqual(Math.abs(errorMs));
});

test("says nothing of a clock that is right, and nothing without evidence", () => {
  expect(clockError({ peers: [] })).toBeUndefined();
  expect(clockError({ peers: [], chain: UNBOUNDED })).toBeUndefined();
  expect(clockError({ peers: [-900, 0, 2_000], chain: { leastMs: -20_000, mostMs: 20_000 } })).toBeUndefined();
  // A chain that stands still makes a clock look fast by as much as anybody likes.
  expect(clockError({ peers: [100], chain: { leastMs: Number.NEGATIVE_INFINITY, mostMs: 9e9 } })).toBeUndefined();
  expect(clockError({ peers: [], chain: { leastMs: Number.NEGATIVE_INFINITY, mostMs: 9e9 } })).toBeUndefined();
});

test("shows also a small skew: by peers that agree, else by what blocks prove, else none", () => {
  const chain = { leastMs: 2_000, mostMs: 9_000 };
  expect(seemingSkewMs({ peers: [40, 50, 60], chain })).toBe(50);
  expect(seemingSkewMs({ peers: [], chain })).toBe(2_000);
  expect(seemingSkewMs({ peers: [] })).toBe(0);
  expect(seemingSkewMs({ peers: [], chain: UNBOUNDED })).toBe(0);
});

test("believes neither a minority of liars, nor all peers against the blocks, nor a server that lags", () => {
  expect(clockError({ peers: [0, 100, 600_000] })).toBeUndefined();
  expect(clockError({ peers: [0, 600_000, -600_000, 300_000] })).toBeUndefined();
  expect(clockError({ peers: [600_000, 600_000], chain: { leastMs: -20_000, mostMs: 20_000 } })).toBeUndefined();
  expect(clockError({ peers: [0, 0], chain: { leastMs: 250_000, mostMs: 300_000 } })).toBeUndefined();
});

test("says by how much, which way, who says so, and how to mend it", () => {
  const fast = clockProblem({ errorMs: 150_400, peers: 3, chain: true }, "linux");
  expect(fast).toMatchObject({
    code: "CLOCK_WRONG",
    message: "This clock is 150 s fast, going by 3 peers and the chain's blocks.",
    next: expect.stringContaining("timedatectl set-ntp true"),
    details: { errorSeconds: 150, peers: 3, chain: true },
  });
  expect(clockProblem({ errorMs: -700_000, peers: 1, chain: false }, "darwin")).toMatchObject({
    message: "This clock is 700 s slow, going by 1 peer.",
    next: expect.stringContaining("sntp"),
    details: { errorSeconds: -700 },
  });
  expect(clockProblem({ errorMs: -90_000, peers: 0, chain: true }, "freebsd")).toMatchObject({
    message: "This clock is 90 s slow, going by the chain's blocks.",
    next: expect.stringMatching(/^Set it by the network\. /),
  });
});
