import { type ReceiptFileData, receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { checkReceipt } from "../client/check/check-receipt.ts";
import type { ReceiptProof } from "./public-types.ts";

/**
 * Checks all that can be checked offline of a receipt, as data or as JSON: signatures, limits, sums, and its texts as far as they are
 * there. Throws REQUEST_INVALID for what is no receipt, RECEIPT_INVALID with the first thing that is wrong.
 */
export function verifyReceipt(receipt: ReceiptFileData | string): ReceiptProof {
  const file = receiptFileFromJson(typeof receipt === "string" ? receipt : JSON.stringify(receipt));
  const { verdict, checked, unchecked } = checkReceipt(file);
  const { requestHash, responseHash, cost } = verdict;
  const { client, executor } = file.receipt.request;
  return { requestHash, responseHash, client, executor, cost, checked, unchecked };
}
