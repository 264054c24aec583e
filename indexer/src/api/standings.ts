import { setImmediate } from "node:timers/promises";
import { network, reputation, reputationFinding } from "ponder:schema";
import { jsonText } from "@lloom/protocol/json-text";
import { merkleRoot } from "@lloom/protocol/merkle";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import type { AuditorRow } from "@lloom/protocol/reputation/rows";
import { standingOf } from "@lloom/protocol/reputation/standing";
import { type ExecutorStanding, inTreeOrder, standingLeaf } from "@lloom/protocol/reputation/standings-tree";
import { asc, desc, lte } from "ponder";
import { auditorRowOf, executorRowOf, rulesOf } from "../reputation-rows.ts";
import type { Tables } from "./ponder-internals.ts";
import type { BlockPoint, Snapshot } from "./snapshot.ts";

/** Everybody's standing in an epoch. */
export interface StandingsTree {
  readonly epoch: number;
  readonly rules: ReputationRules;
  /** Newest block with an event that counts; undefined if there is none. */
  readonly block: bigint | undefined;
  /** Whether the index has seen the epoch's end, after which only a reorganisation changes it. */
  readonly complete: boolean;
  readonly standings: readonly ExecutorStanding[];
  readonly leaves: readonly Uint8Array[];
  readonly root: string;
}

/** The index as it is now. */
export interface IndexedNow {
  readonly head: BlockPoint;
  readonly epoch: number;
  readonly rules: ReputationRules;
}

/** Up to where the tables are, and which epoch that is; undefined before the first block. */
export async function indexedNow({ tables, block: head }: Snapshot): Promise<IndexedNow | undefined> {
  const [deployment] = await tables.select().from(network).limit(1);
  if (head === undefined || deployment === undefined) return undefined;
  const rules = rulesOf(deployment);
  return { head, epoch: Math.floor(head.timestamp / Number(rules.epochSeconds)), rules };
}

/** Trees that were asked for, the newest last, by what they are computed from: so a reorganised chain finds none of another. */
const known = new Map<string, Promise<StandingsTree>>();
const MOST_KNOWN = 32;
/** Standings, each of which takes about a millisecond, before others get their turn. */
const IN_A_TURN = 8;

/** The standings of an epoch, by all events of its blocks and before. */
export async function standingsTree(now: IndexedNow, epoch: number, rows: Rows): Promise<StandingsTree> {
  const complete = now.epoch > epoch;
  const key = jsonText({ epoch, complete, rows });
  const found = known.get(key);
  if (found !== undefined) return found;
  const tree = treeFrom(now.rules, rows, { epoch, complete });
  known.set(key, tree);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return tree;
}

async function treeFrom(
  rules: ReputationRules,
  rows: Rows,
  { epoch, complete }: Pick<StandingsTree, "epoch" | "complete">,
): Promise<StandingsTree> {
  const standings = await standingsFrom(rules, rows, epoch);
  const leaves = standings.map(standingLeaf);
  const blocks = rows.executors.map(({ block }) => block);
  const block = blocks.length === 0 ? undefined : blocks.reduce((newest, each) => (each > newest ? each : newest));
  return { epoch, rules, block, complete, standings, leaves, root: merkleRoot(leaves) };
}

type Rows = Awaited<ReturnType<typeof standingRows>>;

/** The newest row of each executor, and of each validator about it, up to the epoch. */
export async function standingRows(tables: Tables, epoch: number) {
  const executors = await tables
    .selectDistinctOn([reputation.executorAddress])
    .from(reputation)
    .where(lte(reputation.epoch, epoch))
    .orderBy(asc(reputation.executorAddress), desc(reputation.epoch));
  const findings = await tables
    .selectDistinctOn([reputationFinding.executorAddress, reputationFinding.validatorAddress])
    .from(reputationFinding)
    .where(lte(reputationFinding.epoch, epoch))
    .orderBy(
      asc(reputationFinding.executorAddress),
      asc(reputationFinding.validatorAddress),
      desc(reputationFinding.epoch),
    );
  return { executors, findings };
}

async function standingsFrom(
  rules: ReputationRules,
  { executors, findings }: Rows,
  epoch: number,
): Promise<ExecutorStanding[]> {
  const auditors = Map.groupBy(findings, ({ executorAddress }) => executorAddress);
  const standings: ExecutorStanding[] = [];
  for (const { executorAddress, ...row } of executors) {
    if (standings.length % IN_A_TURN === IN_A_TURN - 1) await setImmediate();
    const found: AuditorRow[] = (auditors.get(executorAddress) ?? []).map(auditorRowOf);
    // Only who has registered has a row.
    const executor = executorRowOf({ registered: true, ...row });
    const standing = standingOf(rules, { executor, auditors: found }, BigInt(epoch));
    standings.push({ executor: executorAddress, ...standing });
  }
  return inTreeOrder(standings);
}
