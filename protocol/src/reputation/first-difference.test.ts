import { describe, expect, it } from "vitest";
import { HISTORY_RULES, historyExecutor, randomHistory } from "../../test/random-history.ts";
import { type EpochStanding, replay } from "./epochs-of.ts";
import { firstDifference } from "./first-difference.ts";

const SEED = 7;
const executor = historyExecutor(5);
const standings = replay(HISTORY_RULES, { executor, events: randomHistory(SEED, 3_000) }).standings();
const [first, second, third] = standings as [EpochStanding, EpochStanding, EpochStanding];

describe(`an index that is held against the events (seed ${SEED})`, () => {
  it("agrees if it says the same, in whatever order", () => {
    expect(firstDifference(standings, standings.toReversed())).toBeUndefined();
  });

  it("is told the first epoch and the first input that differ, by one bit", () => {
    const lies = standings.map((one) =>
      one.epoch < second.epoch ? one : { ...one, passed: one.passed + 1n, trust: one.trust + 9n },
    );
    expect(firstDifference(standings, lies)).toEqual({
      epoch: second.epoch,
      input: "passed",
      own: String(second.passed),
      told: String(second.passed + 1n),
    });
  });

  it.each([
    "stake",
    "failed",
    "unanswered",
    "receipts",
    "strikes",
    "share",
    "lower",
    "upper",
    "stakeFactor",
    "trust",
  ] as const)("cannot differ in %s alone", (input) => {
    const lies = standings.map((one) => (one === third ? { ...one, [input]: one[input] + 1n } : one));
    expect(firstDifference(standings, lies)).toMatchObject({ epoch: third.epoch, input });
  });

  it("cannot leave an epoch out, or make one up", () => {
    const nothing = { input: "epoch", own: "something happened", told: "nothing happened" };
    expect(firstDifference(standings, [first, ...standings.slice(2)])).toEqual({ epoch: second.epoch, ...nothing });
    const more = { ...third, epoch: 1n };
    const something = { input: "epoch", own: "nothing happened", told: "something happened" };
    expect(firstDifference(standings, [more, ...standings])).toEqual({ epoch: 1n, ...something });
  });

  it("is not blamed for an epoch in which it may have gone on", () => {
    const later = standings.map((one) => (one === third ? { ...one, block: one.block + 1, passed: 0n } : one));
    expect(firstDifference(standings, later, new Set([third.epoch]))).toBeUndefined();
    expect(firstDifference(standings, later)).toMatchObject({ epoch: third.epoch });
  });
});
