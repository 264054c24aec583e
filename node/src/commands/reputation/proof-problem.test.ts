import { merkleProof, merkleRoot } from "@lloom/protocol/merkle";
import { emptyReputation, fold } from "@lloom/protocol/reputation/fold";
import { standingLeaf, standingsOf } from "@lloom/protocol/reputation/standings-tree";
import { describe, expect, it } from "vitest";
import { HISTORY_RULES, historyExecutor, randomHistory } from "../../../../protocol/test/random-history.ts";
import type { ToldStanding } from "../../indexer/indexer.ts";
import { proofProblem } from "./proof-problem.ts";

const SEED = 7;
const history = randomHistory(SEED, 3_000);
const executor = historyExecutor(5);

describe("an index's proof", () => {
  const state = emptyReputation(HISTORY_RULES);
  for (const { event } of history) fold(state, event);
  const epoch = (history.at(-1)?.event.seconds ?? 0n) / HISTORY_RULES.epochSeconds;
  const all = standingsOf(state, epoch);
  const leaves = all.map(standingLeaf);
  const index = all.findIndex((one) => one.executor === executor);
  const { executor: _, ...standing } = all[index] as (typeof all)[number];
  const told: ToldStanding = {
    ...{ standing, index, count: all.length },
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
