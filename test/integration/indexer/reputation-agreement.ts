import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { bytesToHex, hexToBytes } from "@lloom/protocol/hex";
import { replay } from "@lloom/protocol/reputation/epochs-of";
import type { Standing } from "@lloom/protocol/reputation/standing";
import { standingLeaf, standingsRoot } from "@lloom/protocol/reputation/standings-tree";
import { concat, keccak256 } from "ethers";
import { expect } from "vitest";
import {
  type ReputationContracts,
  readReputationEvents,
  readReputationRules,
} from "../../../node/src/chain/reputation/reputation-logs.ts";
import { type OwnEvents, ownStandings } from "./own-standings.ts";
import type { Indexer } from "./ponder-process.ts";
import { type Row, rowsOf, type Tables } from "./rows.ts";

/** What a node reads of the chain and computes by itself. */
export interface OwnReputation extends OwnEvents {
  readonly epochs: readonly number[];
}

const COLUMNS = [
  ..."stake passed failed unanswered receipts strikes share lower upper stakeFactor trust".split(" "),
  "grade",
] as const;

/** Everything about these executors, by the node's own reading of the chain. */
export async function readOwn(contracts: ReputationContracts, executors: readonly Address[]): Promise<OwnReputation> {
  const rules = await readReputationRules(contracts);
  const toBlock = await contracts.chain.provider.getBlockNumber();
  const lists = await Promise.all(
    executors.map((executor) => readReputationEvents(contracts, { executor, fromBlock: 0, toBlock })),
  );
  // Stable: what one executor did in a block stays in its order, and no two executors touch each other's rows.
  const events = lists.flat().toSorted((a, b) => a.block - b.block);
  const epochs = [...new Set(events.map(({ event }) => Number(event.seconds / rules.epochSeconds)))];
  return { rules, events, epochs: epochs.toSorted((a, b) => a - b) };
}

const get = async (url: string): Promise<Record<string, unknown>> => (await (await fetch(url)).json()) as never;

/** The index has the same root, count and leaves in these epochs, each leaf with a proof that leads to the root. */
export async function expectTrees(indexer: Indexer, own: OwnReputation, epochs: readonly number[]): Promise<void> {
  const [...all] = ownStandings(own, epochs);
  for (const [index, epoch] of epochs.entries()) {
    const standings = all[index] ?? [];
    const root = standingsRoot(standings);
    const told = await get(`${indexer.url}/reputation/${epoch}`);
    expect([epoch, told["root"], told["count"]]).toEqual([epoch, root, standings.length]);
  }
  const [last, standings] = [epochs.at(-1), all.at(-1) ?? []];
  for (const [index, standing] of standings.entries()) {
    const told = await get(`${indexer.url}/reputation/${last}/${standing.executor}`);
    const { executor: _, ...figures } = standing;
    expect(told).toMatchObject({ index, root: standingsRoot(standings), standing: textOf(figures) });
    const leaf = standingLeaf(standing);
    expect(hexToBytes(told["leaf"] as Hex)).toEqual(leaf);
    expect(rootBy({ leaf, index, count: standings.length }, told["proof"] as Hex[])).toBe(told["root"]);
  }
}

/** What the proof of a leaf leads to: written out, as RFC 6962 has it. */
function rootBy(
  place: { readonly leaf: Uint8Array; readonly index: number; readonly count: number },
  proof: Hex[],
): Hex {
  const hash = (prefix: number, ...parts: Uint8Array[]) =>
    hexToBytes(keccak256(concat([`0x0${prefix}`, ...parts])) as Hex);
  const left = [...proof];
  let [node, at, width] = [hash(0, place.leaf), place.index, place.count];
  for (; width > 1; at >>= 1, width = Math.ceil(width / 2)) {
    if ((at ^ 1) >= width) continue;
    const sibling = hexToBytes(left.shift() as Hex);
    node = at % 2 === 0 ? hash(1, node, sibling) : hash(1, sibling, node);
  }
  expect(left).toEqual([]);
  return bytesToHex(node);
}

const textOf = (standing: Omit<Standing, never>): Record<string, string> =>
  Object.fromEntries(Object.entries(standing).map(([name, value]) => [name, String(value)]));

/** The table has a row for each executor and epoch in which something happened that counts, and no other, to the bit. */
export async function expectRows(indexer: Indexer, own: OwnReputation, executors: readonly Address[]): Promise<void> {
  for (const executor of executors) {
    const standings = replay(own.rules, { executor, events: own.events }).standings();
    const tables = (await indexer.query(`{ reputations(
      where: { executorAddress: "${executor}" }, orderBy: "epoch", limit: 1000
    ) { items { epoch block ${COLUMNS.join(" ")} } } }`)) as Tables;
    const expected = standings.map(({ epoch, block, ...standing }) => ({
      ...textOf({ epoch, ...standing }),
      epoch: Number(epoch),
      block: String(block),
      grade: standing.grade.toUpperCase(),
    }));
    const rows = rowsOf(tables, "reputations");
    expect(rows).toEqual(expected.map((row) => pick(row as Row, ["epoch", "block", ...COLUMNS])));
    const { trust, grade, epoch: reputationEpoch } = rows.at(-1) as Row;
    const { executor: known } = (await indexer.query(
      `{ executor(address: "${executor}") { reputationEpoch trust grade reputation { epoch trust } } }`,
    )) as { executor: unknown };
    const reputation = { epoch: reputationEpoch, trust };
    expect(known).toEqual({ reputationEpoch, trust, grade, reputation });
  }
}

const pick = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(names.map((name) => [name, row[name] as Row[string]]));

/** All that the tables of reputation hold, as text. */
export async function reputationTables(indexer: Indexer): Promise<Record<string, string>> {
  const names = [
    "reputations",
    "reputationExecutors",
    "reputationAuditors",
    "reputationChannels",
    "reputationFindings",
  ];
  const texts = names.map(async (name) => (await fetch(`${indexer.url}/export/${name}.csv`)).text());
  const found = await Promise.all(texts);
  return Object.fromEntries(names.map((name, index) => [name, found[index] ?? ""]));
}
