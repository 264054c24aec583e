import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { answerCost } from "@lloom/protocol/lane";
import { receiptLines } from "@lloom/protocol/receipt/lines";
import type { ReceiptFile } from "@lloom/protocol/receipt-file";
import type { PortableReceipt, ReceiptVerdict } from "@lloom/protocol/receipts";
import { LloomError } from "../../errors.ts";
import { recoverAddress } from "../../wallet/recover.ts";

/** A receipt that is right, with what that was found by. */
export interface CheckedReceipt {
  readonly receipt: PortableReceipt;
  readonly verdict: ReceiptVerdict;
  readonly checked: readonly string[];
  /** What the file is silent about, or no file can show. */
  readonly unchecked: readonly string[];
}

/**
 * Checks everything that can be checked offline; texts as far as they are there. Throws RECEIPT_INVALID with the first thing
 * that is wrong.
 */
export function checkReceipt(file: ReceiptFile): CheckedReceipt {
  const { receipt } = file;
  const hasher = createCommitmentHasher(receipt.domain);
  const { lines, requestHash, responseHash } = receiptLines({ hasher, recover: recoverAddress }, file);
  const wrong = lines.find(({ state }) => state === "wrong");
  if (wrong !== undefined) throw new LloomError("RECEIPT_INVALID", wrong.says);
  const told = (wanted: "right" | "open") =>
    lines.filter(({ state }) => state === wanted).map(({ what, says }) => `${what}: ${says}`);
  return {
    receipt,
    verdict: { requestHash, responseHash, cost: answerCost(receipt.request, receipt.response) },
    checked: told("right"),
    unchecked: [...told("open"), "whether it was settled: only the chain knows"],
  };
}
