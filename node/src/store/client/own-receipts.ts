import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { pageValues, type ReceiptPage } from "../database/receipt-page.ts";
import type { ReceivedReceipt } from "./request-steps.ts";

/** A receipt in a page of them. */
export interface OwnReceipt extends ReceivedReceipt {
  readonly promptSalt: Hex;
  /** Give it as `before` to get the page of older ones. */
  readonly cursor: number;
}

export interface OwnReceiptPage extends ReceiptPage {
  readonly executor?: Address;
}

const RECEIPTS = `SELECT * FROM own_requests WHERE status = 'answered' AND id < :before
  AND (:executor IS NULL OR executor = :executor) ORDER BY id DESC LIMIT :limit`;

/** A client's receipts, newest first; also of a file that is only read. */
export const ownReceipts = (db: Database, { executor, ...page }: OwnReceiptPage): readonly OwnReceipt[] =>
  db.all(RECEIPTS, { ...pageValues(page), executor: executor ?? null }).map(ownReceiptOf);

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
