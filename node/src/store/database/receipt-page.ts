/** A page of a log's receipts, newest first. */
export interface ReceiptPage {
  /** At most 1000. */
  readonly limit: number;
  /** The cursor of the last receipt of the page before. */
  readonly before?: number;
}

const MOST_RECEIPTS = 1000;

/** Its parameters of a query: from 1 to 1000 rows, and from the newest on unless it says from where. */
export const pageValues = ({ limit, before = Number.MAX_SAFE_INTEGER }: ReceiptPage) => ({
  limit: Math.min(Math.max(1, limit), MOST_RECEIPTS),
  before,
});
