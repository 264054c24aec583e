import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { pageValues, type ReceiptPage } from "../database/receipt-page.ts";

/** A receipt in a page of them. */
export interface ServedReceipt {
  readonly receipt: Receipt;
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  readonly answeredAtMs: number;
  /** Give it as `before` to get the page of older ones. */
  readonly cursor: number;
}

export interface ServedReceiptPage extends ReceiptPage {
  readonly client?: Address;
}

const RECEIPTS = `SELECT * FROM served_requests WHERE status = 'signed' AND id < :before
  AND (:client IS NULL OR client = :client) ORDER BY id DESC LIMIT :limit`;

/** An executor's receipts, newest first; also of a file that is only read. */
export const servedReceipts = (db: Database, { client, ...page }: ServedReceiptPage): readonly ServedReceipt[] =>
  db.all(RECEIPTS, { ...pageValues(page), client: client ?? null }).map(servedReceiptOf);

const servedReceiptOf = (row: encoding.Row): ServedReceipt => ({
  receipt: encoding.receiptOf(row),
  requestHash: encoding.hexOf(row, "request_hash"),
  responseHash: encoding.hexOf(row, "response_hash"),
  answeredAtMs: encoding.numberOf(row, "answered_at_ms"),
  cursor: encoding.numberOf(row, "id"),
});
