import type { CompactSignature, Receipt } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** The last signed answer of a lane, and the client's acknowledgement of it, if there is one. */
export interface NewestPair {
  readonly receipt: Receipt;
  readonly acknowledgement: CompactSignature | undefined;
}

/** The part of the executor's log that knows what a watchtower needs. */
export interface NewestPairs {
  /** Of lanes whose last answer was accepted since, the newest first; at most so many. */
  newestPairs(view: { readonly sinceMs: number; readonly most: number }): readonly NewestPair[];
}

const NEWEST = `SELECT r.*, a.signature AS acknowledgement
  FROM served_requests r INDEXED BY served_age
  CROSS JOIN served_lanes l ON l.client = r.client AND l.lane = r.lane AND l.nonce = r.nonce
  LEFT JOIN acknowledgements a ON a.response_hash = r.response_hash
  WHERE r.accepted_at_ms > :sinceMs AND r.status = 'signed' ORDER BY r.accepted_at_ms DESC LIMIT :most`;

/** Opens this part of the log; `openExecutorLog` holds the whole. */
export const openNewestPairs = (db: Database): NewestPairs => ({
  newestPairs: (view) =>
    db.all(NEWEST, view).map((row) => ({
      receipt: encoding.receiptOf(row),
      acknowledgement: row["acknowledgement"] === null ? undefined : encoding.signatureOf(row, "acknowledgement"),
    })),
});
