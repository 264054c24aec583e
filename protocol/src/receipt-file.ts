/**
 * Receipts with what proves their texts: a receipt's data and a field `content`, and the one text of both.
 *
 *     "content": {
 *       "prompt": { "salt": "0x...", "messages": [{ "role": "user", "content": "..." }] },
 *       "answer": { "salt": "0x...", "text": "..." }
 *     }
 *
 * Whoever gets the file can hold the texts against the signed hashes; without this field it says nothing about them. The
 * texts may be left out where they stand beside the receipt already.
 */
import { z } from "zod";
import type { Hex } from "./commitment-types.ts";
import { issueWords } from "./issue-words.ts";
import { LloomError } from "./lloom-error.ts";
import { type ChatMessage, chatMessageSchema, saltSchema } from "./messages.ts";
import { type PortableReceipt, type ReceiptData, receiptFromData, receiptToData } from "./receipts.ts";

/** Salts of what was asked and answered, with the texts as far as they are there. */
export interface FileContent {
  readonly prompt?: { readonly salt: Hex; readonly messages?: readonly ChatMessage[] | undefined } | undefined;
  readonly answer?: { readonly salt: Hex; readonly text?: string | undefined } | undefined;
}

/** A receipt with its content. */
export interface ReceiptFile {
  readonly receipt: PortableReceipt;
  readonly content: FileContent;
}

/** Characters of a file: the longest prompt, every character of it escaped. */
export const LONGEST_RECEIPT_FILE = 32 * 1024 * 1024;

const salt = z.preprocess((value) => (typeof value === "string" ? value.toLowerCase() : value), saltSchema);
const contentSchema = z.object({
  prompt: z.object({ salt, messages: z.array(chatMessageSchema).optional() }).optional(),
  answer: z.object({ salt, text: z.string().optional() }).optional(),
});

/** Where a receipt stands in what the gateway and `lloom ask --json` give out, with the answer's text beside it. */
const wrappings = z.union([
  z
    .object({
      lloom: z.object({ receipt: z.looseObject({}) }),
      choices: z.array(z.object({ message: z.object({ content: z.string() }).optional() })).optional(),
    })
    .transform(({ lloom, choices }) => ({ receipt: lloom.receipt, text: choices?.[0]?.message?.content })),
  z
    .object({ receipt: z.looseObject({}), answer: z.string().optional() })
    .transform(({ receipt, answer }) => ({ receipt, text: answer })),
  z.looseObject({}).transform((receipt) => ({ receipt, text: undefined })),
]);

/** A file as plain data, which JSON can hold. */
export interface ReceiptFileData extends ReceiptData {
  readonly content: FileContent;
}

/** The receipt and its content as plain data, for what holds more than them. */
export const receiptFileToData = (receipt: PortableReceipt, content: FileContent): ReceiptFileData => ({
  ...receiptToData(receipt),
  content,
});

/**
 * Reads a receipt, with its content or without, alone or inside an answer of the gateway or of `lloom ask --json`.
 * Throws LloomError REQUEST_INVALID that names the field. Nothing is verified.
 */
export function receiptFileFromJson(text: string): ReceiptFile {
  if (text.length > LONGEST_RECEIPT_FILE) throw invalid(`longer than ${LONGEST_RECEIPT_FILE} characters`);
  const found = wrappings.safeParse(parseJson(text));
  if (found.data === undefined) throw invalid("not a JSON object");
  const { content: given, ...bare } = found.data.receipt;
  const receipt = receiptFromData(bare);
  const { data: content, error } = contentSchema.safeParse(given ?? {}, { error: issueWords });
  if (content === undefined) {
    const [issue] = error.issues;
    throw invalid(`${["content", ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "invalid"}`);
  }
  const { prompt, answer } = content;
  return { receipt, content: { prompt, answer: answer && { ...answer, text: answer.text ?? found.data.text } } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid("not JSON", cause);
  }
}

const invalid = (reason: string, cause?: unknown): LloomError =>
  new LloomError("REQUEST_INVALID", `Not a receipt: ${reason}.`, { cause });
