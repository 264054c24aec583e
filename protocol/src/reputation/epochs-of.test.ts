import { describe, expect, it } from "vitest";
import { HISTORY_RULES, historyExecutor, randomHistory } from "../../test/random-history.ts";
import { type PlacedEvent, replay } from "./epochs-of.ts";
import { emptyReputation, fold } from "./fold.ts";
import { standingsOf } from "./standings-tree.ts";

const SEED = 20_261_130;
const history = randomHistory(SEED, 5_000);
const executor = historyExecutor(3);
const epochOf = ({ event }: PlacedEvent): bigint => event.seconds / HISTORY_RULES.epochSeconds;

describe(`one executor's standings through 5 000 events (seed ${SEED})`, () => {
  const { standings: all, at } = replay(HISTORY_RULES, { executor, events: history });
  const standings = all();

  it("are those that everybody's history gives at the end of each epoch", () => {
    const state = emptyReputation(HISTORY_RULES);
    const left = [...history];
    for (const { block, ...standing } of standings) {
      while (left[0] !== undefined && epochOf(left[0]) <= standing.epoch)
        fold(state, (left.shift() as PlacedEvent).event);
      expect(standingsOf(state, standing.epoch).find((one) => one.executor === executor)).toEqual({
        executor,
        ...standing,
      });
      expect(block).toBeGreaterThan(0);
    }
  });

  it("age between the epochs in which something happened, as everybody's do", () => {
    const state = emptyReputation(HISTORY_RULES);
    for (const { event } of history) fold(state, event);
    const late = epochOf(history.at(-1) as PlacedEvent) + 1_000n;
    const { block: _, ...aged } = at(late) ?? { block: 0 };
    expect(standingsOf(state, late).find((one) => one.executor === executor)).toEqual({ executor, ...aged });
    expect(standings.map(({ epoch }) => at(epoch))).toEqual(standings);
    expect(at(0n)).toBeUndefined();
  });

  it("leave no epoch out in which its row or a validator's changed, and have no other", () => {
    const counts = history.filter(({ event }) => event.executor === executor && event.kind !== "channel");
    expect(standings.map(({ epoch }) => epoch)).toEqual([...new Set(counts.map(epochOf))]);
  });
});

describe("an epoch's only event", () => {
  const client = historyExecutor(4);
  const about = (epoch: bigint) => ({ executor, seconds: epoch * HISTORY_RULES.epochSeconds });
  const registered: PlacedEvent = { block: 1, event: { kind: "registration", ...about(1_000n) } };
  const epochsWith = (event: PlacedEvent["event"]): bigint[] =>
    replay(HISTORY_RULES, { executor, events: [registered, { block: 2, event }] })
      .standings()
      .map(({ epoch }) => epoch);

  it("makes a standing if it is an audit or a settlement, and none if money was put into a channel", () => {
    const later = about(1_005n);
    expect(epochsWith({ kind: "audit", ...later, validator: client, epoch: 1_004n, outcome: "passed" })).toEqual([
      1_000n,
      1_005n,
    ]);
    expect(epochsWith({ kind: "settlement", ...later, client, balance: 1n, acknowledged: 1n })).toEqual([
      1_000n,
      1_005n,
    ]);
    expect(epochsWith({ kind: "channel", ...later, client, balance: 1n })).toEqual([1_000n]);
  });

  it("makes none if it is an audit of somebody who never registered", () => {
    const event = { kind: "audit", ...about(7n), validator: client, epoch: 6n, outcome: "passed" } as const;
    expect(replay(HISTORY_RULES, { executor, events: [{ block: 1, event }] }).standings()).toEqual([]);
  });
});

describe("what happened before an executor registers", () => {
  const about = { executor, seconds: 3_600_000n };
  const early: PlacedEvent[] = [{ block: 1, event: { kind: "strike", ...about, halves: 2n } }];
  const registered: PlacedEvent = { block: 9, event: { kind: "registration", executor, seconds: 3_610_800n } };

  it("gives no standing, and counts in the first one", () => {
    expect(replay(HISTORY_RULES, { executor, events: early }).standings()).toEqual([]);
    const [first, ...others] = replay(HISTORY_RULES, { executor, events: [...early, registered] }).standings();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ epoch: 1_003n, block: 9, grade: "newcomer" });
    expect(first?.strikes).toBeGreaterThan(0n);
  });

  it("is nobody's who did nothing", () => {
    const { history: rows, standings } = replay(HISTORY_RULES, { executor, events: [] });
    expect([rows.executor, rows.auditors.size, standings()]).toEqual([undefined, 0, []]);
  });
});
