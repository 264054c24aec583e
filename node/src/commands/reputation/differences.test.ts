import { merkleProof, merkleRoot } from "@lloom/protocol/merkle";
import { type EpochStanding, replay } from "@lloom/protocol/reputation/epochs-of";
import { emptyReputation, fold } from "@lloom/protocol/reputation/fold";
import { standingLeaf, standingsOf } from "@lloom/protocol/reputation/standings-tree";
import { describe, expect, it } from "vitest";
import { HISTORY_RULES, historyExecutor, randomHistory } from "../../../../protocol/test/random-history.ts";
import type { ToldStanding } from "../../indexer/indexer.ts";
import { firstDifference, proofProblem } from "./differences.ts";

const SEED = 7;
const history = randomHistory(SEED, 3_000);
const executor = historyExecutor(5);
const own = replay(HISTORY_RULES, { executor, events: history });
const standings = own.standings();
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

describe("an index's proof", () => {
  const state = emptyReputation(HISTORY_RULES);
  for (const { event } of history) fold(state, event);
  const epoch = (history.at(-1)?.event.seconds ?? 0n) / HISTORY_RULES.epochSeconds;
  const all = standingsOf(state, epoch);
  const leaves = all.map(standingLeaf);
  const index = all.findIndex((one) => one.executor === executor);
  const { executor: _, ...standing } = all[index] as (typeof all)[number];
  const told: ToldStanding = {
    ...{ standing, index, count: all.length, complete: true },
    root: merkleRoot(leaves),
    proof: merkleProof(leaves, index),
  };

  it("holds for the standing that it is of", () => {
    expect(proofProblem(executor, told)).toBeUndefined();
  });

  it("holds for no other standing, executor, place or root", () => {
    const better = { ...standing, trust: standing.trust + 1n };
    const another = "leads to another root";
    expect(proofProblem(executor, { ...told, standing: better })).toContain(another);
    expect(proofProblem(historyExecutor(6), told)).toContain(another);
    expect(proofProblem(executor, { ...told, root: merkleRoot(leaves.slice(1)) })).toContain(another);
    expect(proofProblem(executor, { ...told, proof: told.proof.slice(1) })).toContain("not as long");
    expect(proofProblem(executor, { ...told, index: all.length })).toContain("not as long");
  });
});
