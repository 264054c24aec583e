import { describe, expect, it } from "vitest";
import { HISTORY_RULES, historyExecutor, randomHistory } from "../../test/random-history.ts";
import { merkleRoot } from "../merkle.ts";
import { emptyReputation, fold } from "./fold.ts";
import { standingLeaf, standingsOf, standingsRoot } from "./standings-tree.ts";

const state = emptyReputation(HISTORY_RULES);
const history = randomHistory(9, 500);
for (const { event } of history) fold(state, event);
const epoch = (history.at(-1)?.event.seconds ?? 0n) / HISTORY_RULES.epochSeconds;
const standings = standingsOf(state, epoch);

describe("the tree of standings", () => {
  it("has a leaf of ten words for every executor that registered, by address", () => {
    expect(standings.map(({ executor }) => executor)).toEqual(
      Array.from({ length: 20 }, (_, at) => historyExecutor(at)),
    );
    for (const standing of standings) expect(standingLeaf(standing)).toHaveLength(10 * 32);
  });

  it("leaves out who only staked or was only paid", () => {
    const others = emptyReputation(HISTORY_RULES);
    const about = { executor: historyExecutor(1), seconds: 3_600n };
    fold(others, { kind: "stake", ...about, stake: 5n });
    fold(others, { kind: "settlement", ...about, client: historyExecutor(2), balance: 1n, acknowledged: 1n });
    fold(others, {
      kind: "channel",
      executor: historyExecutor(3),
      seconds: 3_600n,
      client: historyExecutor(2),
      balance: 1n,
    });
    expect(standingsOf(others, 1n)).toEqual([]);
  });

  it("has one root, whatever the order that standings are given in", () => {
    const root = merkleRoot(standings.map(standingLeaf));
    expect(standingsRoot([...standings].reverse())).toBe(root);
  });

  it("changes its root with every number of a leaf", () => {
    const [first, ...others] = standings;
    if (first === undefined) throw new TypeError("no standing");
    const names = [
      "epoch",
      "stake",
      "passed",
      "failed",
      "unanswered",
      "receipts",
      "strikes",
      "lower",
      "trust",
    ] as const;
    const roots = names.map((name) => standingsRoot([{ ...first, [name]: first[name] + 1n }, ...others]));
    expect(new Set([standingsRoot(standings), ...roots]).size).toBe(names.length + 1);
  });
});
