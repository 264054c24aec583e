import type { Address } from "@lloom/protocol/commitment-types";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import * as encoding from "./encoding.ts";

/** Parties whose lanes are held; of the others all is read again. */
const MOST_PARTIES = 1_024;

/**
 * Reads what may be owed in lanes: rows of lane, cost and settled_cost, several of a lane perhaps, and `deadline` where a row is owed no
 * longer some time after it. Of all lanes of a party, or of one.
 */
export interface DuesReader {
  readonly all: (party: Address) => readonly encoding.Row[];
  readonly ofLane: (party: Address, lane: string) => readonly encoding.Row[];
}

interface Due {
  readonly amount: bigint;
  readonly deadline: number;
}

interface Known {
  readonly lanes: Map<string, readonly Due[]>;
  /** Written since they were read. */
  readonly stale: Set<string>;
}

/**
 * What is owed in a party's lanes, in memory: every request asks for the sum of all, and changes one. The database stays the
 * authority: a lane in which something was written is read again. Only for whoever is the one writer of its file.
 */
export class LaneDues {
  readonly #read: DuesReader;
  readonly #parties = new BoundedMap<Address, Known>({ most: MOST_PARTIES });

  constructor(read: DuesReader) {
    this.#read = read;
  }

  /** Base units owed: of each lane the most that one of its rows says, of rows with a deadline from `payableFrom` on. */
  sum(party: Address, payableFrom = 0): bigint {
    let sum = 0n;
    for (const dues of this.#lanesOf(party).values()) {
      let most = 0n;
      for (const { amount, deadline } of dues) if (deadline >= payableFrom && amount > most) most = amount;
      sum += most;
    }
    return sum;
  }

  /** Something is written in a lane, or was tried to. */
  written(party: Address, lane: bigint): void {
    this.#parties.peek(party)?.stale.add(encoding.encodeInteger(lane));
  }

  /** Something is written, who knows where. */
  forget(): void {
    for (const party of [...this.#parties.keys()]) this.#parties.delete(party);
  }

  #lanesOf(party: Address): ReadonlyMap<string, readonly Due[]> {
    const known = this.#parties.get(party);
    if (known === undefined) return this.#readAll(party);
    for (const lane of known.stale) {
      const dues = this.#read.ofLane(party, lane).map(dueOf);
      if (dues.length === 0) known.lanes.delete(lane);
      else known.lanes.set(lane, dues);
    }
    known.stale.clear();
    return known.lanes;
  }

  #readAll(party: Address): ReadonlyMap<string, readonly Due[]> {
    const lanes = new Map<string, Due[]>();
    for (const row of this.#read.all(party)) {
      const lane = encoding.textOf(row, "lane");
      const dues = lanes.get(lane);
      if (dues === undefined) lanes.set(lane, [dueOf(row)]);
      else dues.push(dueOf(row));
    }
    this.#parties.set(party, { lanes, stale: new Set() });
    return lanes;
  }
}

const dueOf = (row: encoding.Row): Due => ({
  amount: encoding.integerOf(row, "cost") - encoding.integerOf(row, "settled_cost"),
  deadline: row["deadline"] === undefined ? Number.POSITIVE_INFINITY : encoding.numberOf(row, "deadline"),
});
