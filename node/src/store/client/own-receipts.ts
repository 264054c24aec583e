import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import type { ReceivedReceipt } from "./request-steps.ts";

/** A receipt in a page of them. */
export interface OwnReceipt extends ReceivedReceipt {
  readonly promptSalt: Hex;
  /** Give it as `before` to get the page of older ones. */
  readonly cursor: number;
}

export interface OwnReceiptPage {
  /** At most 1000. */
  readonly limit: number;
  readonly before?: number;
  readonly executor?: Address;
}

const PAGE_LIMIT = 1000;
const RECEIPTS = `SELECT * FROM own_requests WHERE status = 'answered' AND id < :before
  AND (:executor IS NULL OR executor = :executor) ORDER BY id DESC LIMIT :limit`;

/** A client's receipts, newest first; also of a file that is only read. */
export const ownReceipts = (db: Database, page: OwnReceiptPage): readonly OwnReceipt[] =>
  db.all(RECEIPTS, pageValues(page)).map(ownReceiptOf);

const pageValues = ({ limit, before = Number.MAX_SAFE_INTEGER, executor }: OwnReceiptPage) => ({
  limit: Math.min(Math.max(1, limit), PAGE_LIMIT),
  before,
  executor: executor ?? null,
});

/** A row of an answered request. */
export const ownReceiptOf = (row: encoding.Row): OwnReceipt => ({
  requestHash: encoding.hexOf(row, "request_hash"),
  responseHash: encoding.hexOf(row, "response_hash"),
  receipt: encoding.receiptOf(row),
  contentSalt: encoding.hexOf(row, "content_salt"),
  receivedAtMs: encoding.numberOf(row, "answered_at_ms"),
  promptSalt: encoding.hexOf(row, "prompt_salt"),
  cursor: encoding.numberOf(row, "id"),
});
