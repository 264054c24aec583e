import "./no-eval.ts";
import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { answerCost } from "@lloom/protocol/lane";
import { LloomError } from "@lloom/protocol/lloom-error";
import { decodeOutsideText } from "@lloom/protocol/outside-text";
import { type CheckedLines, receiptLines } from "@lloom/protocol/receipt/lines";
import { LONGEST_RECEIPT_FILE, type ReceiptFile, receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { recoverAddress } from "@lloom/protocol/signatures";
import { receiptTextOf } from "./receipt-text.ts";

/** A file that is a receipt, with all that can be said of it without asking anybody; right or not. */
export interface Examined extends CheckedLines {
  readonly file: ReceiptFile;
  /** Base units. */
  readonly cost: bigint;
}

/** Why a file is no receipt, as a sentence. */
export interface Refused {
  readonly refusal: string;
}

export const MOST_MEBIBYTES = LONGEST_RECEIPT_FILE / 1024 / 1024;

/** Whether a key may sign for somebody, as an index says that the chain says. */
export type SessionKeys = readonly { readonly signer: Address; readonly principal: Address }[];

/** Examines a text, by the code of `lloom receipt verify`. It asks nobody. */
export function examineText(text: string): Examined | Refused {
  if (text.trim() === "") return { refusal: "There is nothing to check: the text is empty." };
  try {
    return examineReceiptFile(receiptFileFromJson(receiptTextOf(text) ?? text), []);
  } catch (thrown) {
    // Nested deeper than the parser goes, or more than the browser can hold.
    return { refusal: thrown instanceof LloomError ? thrown.message : "Not a receipt: it cannot be read." };
  }
}

/** Examines a receipt, by signers that are known to sign for its parties. */
export function examineReceiptFile(file: ReceiptFile, keys: SessionKeys): Examined {
  const { domain, request, response } = file.receipt;
  const isSessionSigner = (signer: Address, principal: Address): boolean =>
    keys.some((key) => key.signer === signer && key.principal === principal);
  const checked = receiptLines(
    { hasher: createCommitmentHasher(domain), recover: recoverAddress, isSessionSigner },
    file,
  );
  return { ...checked, file, cost: answerCost(request, response) };
}

/** Reads a file that was dropped or chosen; one that is too large is not read. */
export async function examineFile(file: Blob): Promise<Examined | Refused> {
  if (file.size > LONGEST_RECEIPT_FILE)
    return { refusal: `The file has more than ${MOST_MEBIBYTES} MiB; no receipt has.` };
  try {
    const { text, problem } = decodeOutsideText(new Uint8Array(await file.arrayBuffer()));
    return problem === undefined ? examineText(text) : { refusal: `The file ${problem}.` };
  } catch {
    return { refusal: "The browser could not read the file; a folder cannot be read." };
  }
}
