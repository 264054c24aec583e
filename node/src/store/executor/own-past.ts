import type { Address } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** How far a lane has come in this log. */
export interface LaneTip {
  readonly client: Address;
  readonly lane: bigint;
  /** Of the last signed answer. */
  readonly nonce: bigint;
}

/** What a log holds, for whoever starts with it. */
export interface LogContents {
  /** Signed answers that are kept. */
  readonly receipts: number;
  /** Lanes that the chain has not paid in full. */
  readonly unsettledLanes: number;
}

/**
 * The part of the executor's log by which it knows its own age. A log is a file: it may be missing, or be an older copy. What
 * it says here is compared at the start with what chain and network last heard of the key.
 */
export interface OwnPast {
  /** Unix milliseconds of the last offers that were sent by whoever wrote this log; undefined if it never offered. */
  lastWordAtMs(): number | undefined;
  /** Notes that offers are about to be sent; never goes back. */
  noteWord(atMs: number): void;
  contents(): LogContents;
  /** Lanes of the newest answers, each once. */
  newestLanes(most: number): readonly LaneTip[];
}

/** Among so many of the newest requests their lanes are looked for. */
const RECENT_REQUESTS = 10_000;
const LAST_WORD = "SELECT value FROM facts WHERE name = 'last_word_at_ms'";
const NOTE_WORD = `INSERT INTO facts VALUES ('last_word_at_ms', :atMs)
  ON CONFLICT (name) DO UPDATE SET value = :atMs WHERE CAST(value AS INTEGER) < CAST(:atMs AS INTEGER)`;
const CONTENTS = `SELECT (SELECT count(*) FROM served_requests WHERE status = 'signed') AS receipts,
  (SELECT count(*) FROM served_lanes WHERE cost > settled_cost AND written_off IS NULL) AS unsettled`;
const NEWEST_LANES = `SELECT l.client, l.lane, l.nonce FROM served_lanes l
  JOIN (SELECT client, lane, max(id) AS newest FROM served_requests
    WHERE id > (SELECT coalesce(max(id), 0) FROM served_requests) - ${RECENT_REQUESTS} GROUP BY client, lane) r
    ON r.client = l.client AND r.lane = l.lane ORDER BY r.newest DESC LIMIT :most`;

/** Opens this part of the log; `openExecutorLog` holds the whole. */
export function openOwnPast(db: Database): OwnPast {
  return {
    lastWordAtMs: () => {
      const row = db.get(LAST_WORD);
      return row && Number(encoding.textOf(row, "value"));
    },
    // A power failure may take the newest one: then the log merely seems a little older than it is.
    noteWord: (atMs) => {
      db.write(() => db.run(NOTE_WORD, { atMs: String(Math.floor(atMs)) }), { synced: false });
    },
    contents: () => {
      const row = db.get(CONTENTS) ?? {};
      return { receipts: encoding.numberOf(row, "receipts"), unsettledLanes: encoding.numberOf(row, "unsettled") };
    },
    newestLanes: (most) =>
      db.all(NEWEST_LANES, { most }).map((row) => ({
        client: encoding.addressOf(row, "client"),
        lane: encoding.integerOf(row, "lane"),
        nonce: encoding.integerOf(row, "nonce"),
      })),
  };
}
