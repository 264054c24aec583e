import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";
import { type EpochStanding, replay } from "@lloom/protocol/reputation/epochs-of";
import { type Difference, firstDifference } from "@lloom/protocol/reputation/first-difference";
import { big, list, oneOf, record, whole } from "../readers.ts";
import { readBlockNumber, readPast, readRules } from "./read-past.ts";
import { openRpc } from "./rpc.ts";

/** What came of replaying an executor's events. */
export interface Recomputed {
  /** Its newest standing, by the chain alone; undefined for one that never registered. */
  readonly own: EpochStanding | undefined;
  readonly epochs: number;
  readonly events: number;
  /** Up to which block. */
  readonly block: number;
  /** Where the index says something else; undefined where it agrees to the bit. */
  readonly difference: Difference | undefined;
}

export interface RecomputeOptions {
  readonly rpcUrl: string;
  readonly executor: Address;
  readonly chainId: bigint;
  readonly accounting: Address;
  readonly audits: Address;
  readonly onProgress: (says: string) => void;
  readonly signal: AbortSignal;
}

const PAGE = 500;
const MOST_PAGES = 100;
const GRADES = { A: true, B: true, C: true, NEWCOMER: true } as const;

/**
 * Replays an executor's events from a chain's server by the formula of `lloom reputation verify`, and holds what the index says of every
 * epoch against that. Throws LloomError.
 */
export async function recompute(options: RecomputeOptions): Promise<Recomputed> {
  const { rpcUrl, executor, onProgress, signal } = options;
  const rpc = openRpc(rpcUrl, signal);
  onProgress("Asking the chain for contracts and numbers of the formula.");
  const { contracts, rules } = await readRules(rpc, options);
  const [head, indexed] = [await readBlockNumber(rpc), await indexedBlock(signal)];
  const block = Math.min(head, indexed);
  onProgress(`Reading its events up to block ${block}.`);
  const events = await readPast(rpc, { contracts, executor, toBlock: block });
  onProgress(`Replaying ${events.length} events, and asking the index for its own.`);
  const standings = replay(rules, { executor, events }).standings();
  const told = await toldStandings(executor, signal);
  // The index may have gone on meanwhile in the newest epochs, and is not held to what it could not know here.
  const last = standings.at(-1)?.epoch ?? -1n;
  const moving = new Set(told.filter((one) => one.epoch >= last && one.block > block).map(({ epoch }) => epoch));
  const difference = firstDifference(standings, told, moving);
  return { own: standings.at(-1), epochs: standings.length, events: events.length, block, difference };
}

async function get(path: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(path, { cache: "no-store", signal });
    if (response.ok) return record(await response.json(), "answer");
  } catch {
    // What went wrong is told below.
  }
  throw new LloomError("INDEXER_UNREACHABLE", "The index does not answer.", { next: "Try again in a moment." });
}

async function indexedBlock(signal: AbortSignal): Promise<number> {
  const { head } = await get("/api/head", signal);
  return whole(record(head, "head")["block"], "head.block");
}

/** What the index says of every epoch in which something happened, oldest first. */
async function toldStandings(executor: Address, signal: AbortSignal): Promise<readonly EpochStanding[]> {
  const rows: EpochStanding[] = [];
  for (let page = 0; page < MOST_PAGES; page++) {
    const after = rows.at(-1)?.epoch ?? -1n;
    const found = await get(`/api/standings?executor=${executor}&after=${after}`, signal);
    const standings = list(found["standings"], "standings").map(standingOf);
    if (standings.some(({ epoch }) => epoch <= after)) break;
    rows.push(...standings);
    if (standings.length < PAGE) return rows;
  }
  throw new LloomError("INDEXER_ANSWER_INVALID", "The index's pages have no end.");
}

function standingOf(value: unknown): EpochStanding {
  const row = record(value, "standing");
  const figure = (name: string): bigint => big(row[name], name);
  const grade = oneOf(GRADES)(row["grade"], "grade");
  return {
    ...{ epoch: BigInt(whole(row["epoch"], "epoch")), block: Number(figure("block")) },
    ...{ passed: figure("passed"), failed: figure("failed"), unanswered: figure("unanswered") },
    ...{ receipts: figure("receipts"), strikes: figure("strikes"), stake: figure("stake") },
    ...{ share: figure("share"), lower: figure("lower"), upper: figure("upper") },
    ...{ stakeFactor: figure("stakeFactor"), trust: figure("trust") },
    grade: grade === "NEWCOMER" || grade === "UNKNOWN" ? "newcomer" : grade,
  };
}
