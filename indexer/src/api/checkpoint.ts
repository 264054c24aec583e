import { db } from "ponder:api";
import { sql } from "ponder";

/** A block by number and time. */
export interface BlockPoint {
  readonly number: bigint;
  readonly timestamp: number;
}

/**
 * The newest block that the tables reflect; undefined before the first. Ponder keeps it as digits: 10 of the timestamp, 16
 * of the chain's id, 16 of the block number, then the position within the block.
 */
export async function indexedBlock(): Promise<BlockPoint | undefined> {
  const { rows } = await db.execute(sql`SELECT latest_checkpoint FROM _ponder_checkpoint LIMIT 1`);
  const checkpoint = String(rows[0]?.["latest_checkpoint"] ?? "");
  if (!/^\d{42,}$/.test(checkpoint)) return undefined;
  return { timestamp: Number(checkpoint.slice(0, 10)), number: BigInt(checkpoint.slice(26, 42)) };
}
