import { existsSync, writeFileSync } from "node:fs";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { jsonText } from "@lloom/protocol/json-text";
import { type ReceiptFile, receiptFileFromJson, receiptFileToData } from "@lloom/protocol/receipt-file";
import { z } from "@lloom/protocol/zod";
import { checkReceipt } from "../../client/check/check-receipt.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { type Conversation, type PaidTurn, receiptOfTurn } from "./conversation.ts";

/** A conversation, and the model that it goes on with. */
export interface SavedConversation extends Conversation {
  readonly model: string;
}

const FORM = "lloom-conversation";
const VERSION = 1;
const LONGEST_FILE = 64 * 1024 * 1024;
const NEXT = "Give a file that /save wrote in lloom chat.";

const fileSchema = z.object({
  form: z.literal(FORM),
  version: z.literal(VERSION),
  model: z.string().min(1).max(256),
  system: z.string().optional(),
  turns: z.array(
    z.object({
      question: z.string(),
      answer: z.string(),
      paid: z.string().regex(/^\d{1,39}$/),
      receipt: z.looseObject({}),
    }),
  ),
});

/** The text of a conversation: what was said, and the receipt of each answer, which hold its texts to what was signed. */
export const conversationText = ({ model, system, turns }: SavedConversation): string =>
  `${JSON.stringify(
    {
      ...{ form: FORM, version: VERSION, model, system },
      turns: turns.map(({ question, answer, paid, receipt, domain, salts }) => ({
        ...{ question, answer, paid: paid.toString() },
        receipt: receiptFileToData(
          { ...receipt, domain },
          { prompt: { salt: salts.prompt }, answer: { salt: salts.answer } },
        ),
      })),
    },
    undefined,
    2,
  )}\n`;

/**
 * Reads one. Every text is held against the receipts: an answer that somebody has changed is no answer of its executor.
 * @throws LloomError COMMAND_INVALID for what is no conversation, RECEIPT_INVALID for one that was changed.
 */
export function conversationFromText(text: string, what: string): SavedConversation {
  const { data, error } = fileSchema.safeParse(parsed(text));
  if (data === undefined) {
    const [issue] = error.issues;
    const place = issue?.path.join(".") || "the file";
    throw new LloomError("COMMAND_INVALID", `${what} is no conversation: ${place} is not as it should be.`, {
      next: NEXT,
    });
  }
  const { model, system } = data;
  const turns: PaidTurn[] = [];
  for (const [index, { question, answer, paid, receipt }] of data.turns.entries()) {
    const about = `${what}, answer ${index + 1}`;
    turns.push(turnFrom(receiptFrom(receipt, about), { question, answer, paid: BigInt(paid), about }));
    checkTurn({ system, turns }, about);
  }
  return { model, system, turns };
}

/** Throws as `conversationFromText`. */
export function readConversation(path: string): SavedConversation {
  const text = readOutsideFile({ path, what: path, code: "COMMAND_INVALID", next: NEXT, limit: LONGEST_FILE });
  return conversationFromText(text, path);
}

/** Writes one, also over an earlier one, but over nothing else. Throws COMMAND_INVALID. */
export function saveConversation(path: string, conversation: SavedConversation): void {
  if (existsSync(path) && !isConversation(path))
    throw new LloomError("COMMAND_INVALID", `${path} is there already, and is no conversation.`, {
      next: "Give another name.",
    });
  writeNew(path, conversationText(conversation));
}

/** Writes what only its owner may read. Throws COMMAND_INVALID. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (cause) {
    throw new LloomError("COMMAND_INVALID", `${path} cannot be written: ${(cause as Error).message}.`, {
      cause,
      next: "Give the path of a file in a directory that exists and may be written to.",
    });
  }
}

function isConversation(path: string): boolean {
  try {
    readConversation(path);
    return true;
  } catch {
    return false;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function receiptFrom(data: object, about: string): ReceiptFile {
  try {
    return receiptFileFromJson(jsonText(data));
  } catch (thrown) {
    throw new LloomError("RECEIPT_INVALID", `${about}: ${asLloomError(thrown).message}`, { next: NEXT });
  }
}

interface Said {
  readonly question: string;
  readonly answer: string;
  readonly paid: bigint;
  readonly about: string;
}

function turnFrom({ receipt, content }: ReceiptFile, { question, answer, paid, about }: Said): PaidTurn {
  const { domain, ...bare } = receipt;
  const { prompt, answer: held } = content;
  if (prompt === undefined || held === undefined)
    throw new LloomError("RECEIPT_INVALID", `${about}: its receipt holds no salts.`, { next: NEXT });
  const requestHash = createCommitmentHasher(domain).hashRequest(bare.request);
  return {
    question,
    answer,
    requestHash,
    receipt: bare,
    domain,
    salts: { prompt: prompt.salt, answer: held.salt },
    paid,
  };
}

/** The last turn of these. */
function checkTurn(conversation: Conversation, about: string): void {
  const last = receiptOfTurn(conversation, conversation.turns.length);
  if (last === undefined) return;
  try {
    checkReceipt(last);
  } catch (thrown) {
    throw new LloomError("RECEIPT_INVALID", `${about}: ${asLloomError(thrown).message}`, {
      next: "The file was changed since it was saved; begin anew, or take another copy.",
    });
  }
}
