import { describe, expect, it } from "vitest";
import { HISTORY_RULES, type HistoryEvent, randomHistory } from "../../test/random-history.ts";
import { emptyReputation, fold, type ReputationState } from "./fold.ts";
import { standingsOf, standingsRoot } from "./standings-tree.ts";

const SEED = 20_261_129;
const history = randomHistory(SEED, 50_000);
const lastEpoch = (history.at(-1)?.event.seconds ?? 0n) / HISTORY_RULES.epochSeconds;
const rootOf = (state: ReputationState) => standingsRoot(standingsOf(state, lastEpoch));

const foldAll = (events: readonly HistoryEvent[], state = emptyReputation(HISTORY_RULES)): ReputationState => {
  for (const { event } of events) fold(state, event);
  return state;
};

/** A copy that further events of the original do not touch: what a reorganised chain starts from again. Rows are shared. */
function copyOf({ rules, executors }: ReputationState): ReputationState {
  const copied = [...executors].map(([address, { executor, auditors, channels }]) => {
    return [address, { executor, auditors: new Map(auditors), channels: new Map(channels) }] as const;
  });
  return { rules, executors: new Map(copied) };
}

/** As a database keeps it: integers as text, nothing shared. */
const stored = (state: ReputationState): ReputationState => {
  const copied = copyOf(state);
  for (const kept of copied.executors.values()) {
    const again = <Row extends object>(row: Row): Row =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === "bigint" ? BigInt(value.toString()) : value,
        ]),
      ) as Row;
    if (kept.executor !== undefined) kept.executor = again(kept.executor);
    for (const [validator, row] of kept.auditors) kept.auditors.set(validator, again(row));
    for (const [client, row] of kept.channels) kept.channels.set(client, again(row));
  }
  return copied;
};

describe(`a history of 50 000 events (seed ${SEED})`, () => {
  const atOnce = rootOf(foldAll(history));

  it("has this root, on every machine", () => {
    expect(atOnce).toBe("0xce707f677656dd819031f4462440e00ea26187c9647f61a04d2c6aa78de738b1");
  });

  it("folds to the same bits in steps, stored and read between them", () => {
    let state = emptyReputation(HISTORY_RULES);
    for (let at = 0; at < history.length; at += 4_999) {
      state = stored(foldAll(history.slice(at, at + 4_999), state));
      standingsOf(state, lastEpoch);
    }
    expect(rootOf(state)).toBe(atOnce);
    expect(state).toEqual(foldAll(history));
  });

  it("folds to the same bits after a reorganisation of 30 blocks", () => {
    const tip = history.at(-1)?.block ?? 0;
    const isKept = ({ block }: HistoryEvent) => block <= tip - 30;
    const kept = foldAll(history.filter(isKept));
    const orphaned = copyOf(kept);
    foldAll(randomHistory(SEED + 1, 400).slice(-200), orphaned);
    expect(rootOf(orphaned)).not.toBe(rootOf(kept));
    expect(
      rootOf(
        foldAll(
          history.filter((event) => !isKept(event)),
          kept,
        ),
      ),
    ).toBe(atOnce);
  });

  it("gives an executor the same standing from its own events alone", () => {
    const [standing] = standingsOf(foldAll(history), lastEpoch);
    const own = history.filter(({ event }) => event.executor === standing?.executor);
    expect(standingsOf(foldAll(own), lastEpoch)).toEqual([standing]);
  });
});
