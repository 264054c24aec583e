/** What an index says of an executor, held against what its events say: for a node and for a page. */
import type { EpochStanding } from "./epochs-of.ts";

/** Where an index says something else than the chain. */
export interface Difference {
  readonly epoch: bigint;
  /** Name of the input or result; `epoch` where one of both knows of nothing that happened in it. */
  readonly input: string;
  readonly own: string;
  readonly told: string;
}

/** Inputs first, then what follows from them. */
const COMPARED = [
  ...(["stake", "passed", "failed", "unanswered", "receipts", "strikes", "share", "lower", "upper"] as const),
  ...(["stakeFactor", "trust", "grade", "block"] as const),
];

/**
 * The first epoch and input in which both differ, by epochs in which something happened. `moving` ones are left out: the index
 * may know of later events in them than were replayed.
 */
export function firstDifference(
  own: readonly EpochStanding[],
  told: readonly EpochStanding[],
  moving: ReadonlySet<bigint> = new Set(),
): Difference | undefined {
  const ours = new Map(own.map((standing) => [standing.epoch, standing]));
  const theirs = new Map(told.map((standing) => [standing.epoch, standing]));
  const epochs = [...new Set([...ours.keys(), ...theirs.keys()])].filter((epoch) => !moving.has(epoch));
  for (const epoch of epochs.toSorted((a, b) => Number(a - b))) {
    const [mine, its] = [ours.get(epoch), theirs.get(epoch)];
    if (mine === undefined || its === undefined) {
      const word = (found: unknown): string => (found === undefined ? "nothing happened" : "something happened");
      return { epoch, input: "epoch", own: word(mine), told: word(its) };
    }
    const input = COMPARED.find((name) => mine[name] !== its[name]);
    if (input !== undefined) return { epoch, input, own: String(mine[input]), told: String(its[input]) };
  }
  return undefined;
}
