import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { ReceiptFile } from "@lloom/protocol/receipt-file";
import { type PortableReceipt, type ReceiptVerdict, verifyReceipt } from "@lloom/protocol/receipts";
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
export function checkReceipt({ receipt, content }: ReceiptFile): CheckedReceipt {
  const hasher = createCommitmentHasher(receipt.domain);
  const { prompt, answer } = content;
  const verdict = verifyReceipt({ hasher, recover: recoverAddress }, receipt, {
    ...(prompt?.messages && { prompt: { salt: prompt.salt, messages: prompt.messages } }),
    ...(answer?.text !== undefined && { answer: { salt: answer.salt, text: answer.text } }),
  });
  if (verdict.problem !== undefined) throw new LloomError("RECEIPT_INVALID", `${verdict.problem}`);
  const texts = [
    { has: prompt?.messages !== undefined, what: "the prompt", why: missing("messages", prompt?.salt) },
    { has: answer?.text !== undefined, what: "the answer", why: missing("text", answer?.salt) },
  ];
  return {
    receipt,
    verdict,
    checked: [
      "the client's signature, the executor's signature, the response's link to the request",
      "token limits, cost, running totals and cap",
      ...texts.filter(({ has }) => has).map(({ what }) => `${what}: it is the text that was signed`),
    ],
    unchecked: [
      ...texts.filter(({ has }) => !has).map(({ what, why }) => `${what}: ${why}`),
      "whether it was settled: only the chain knows",
    ],
  };
}

const missing = (text: string, salt: string | undefined): string =>
  salt === undefined ? "the file holds no salt for it" : `the file holds its salt, but no ${text}`;
