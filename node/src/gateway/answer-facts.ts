import { formatAmount, shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { Address, FinishReason, Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { type ReceiptFileData, receiptFileToData } from "@lloom/protocol/receipt-file";
import type { Answered } from "../client/question.ts";

/** What answers are paid in, and by which contract. */
export interface Deployment {
  readonly domain: CommitmentDomain;
  readonly token: TokenUnit;
}

/** The field `lloom` of an answer: who gave it, what it cost, and the proof. */
export interface LloomFacts {
  readonly executor: Address;
  /** Executors tried, the one that answered included. */
  readonly attempts: number;
  /** Base units of the payment token, decimal. */
  readonly cost: string;
  /** The same in whole tokens, decimal, and the token's symbol. */
  readonly amount: string;
  readonly token: string;
  readonly finishReason: FinishReason;
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  /** With the salts of prompt and answer, as `lloom receipt verify` reads it. */
  readonly receipt: ReceiptFileData;
}

/** Everything the network says about an answer, for its body or its last event. */
export function lloomFacts(end: Answered, { domain, token }: Deployment): LloomFacts {
  const { executor, attempts, cost, finishReason, requestHash, responseHash } = end;
  return {
    executor,
    attempts,
    cost: cost.toString(),
    amount: formatAmount(cost, token.decimals),
    token: token.symbol,
    finishReason,
    requestHash,
    responseHash,
    receipt: saltedReceipt(end, domain),
  };
}

/** The texts themselves stand in the request and the answer already. */
const saltedReceipt = ({ receipt, salts }: Answered, domain: CommitmentDomain): ReceiptFileData =>
  receiptFileToData({ ...receipt, domain }, { prompt: { salt: salts.prompt }, answer: { salt: salts.answer } });

/** Longer header values make some HTTP clients drop the whole answer. */
const RECEIPT_HEADER_BYTES = 8 * 1024;

/** The same in headers; a receipt that would be too long for one is in the body alone. */
export function factHeaders(end: Answered, { domain, token }: Deployment): Record<string, string> {
  const receipt = Buffer.from(JSON.stringify(saltedReceipt(end, domain))).toString("base64url");
  return {
    "x-lloom-executor": end.executor,
    "x-lloom-attempts": String(end.attempts),
    "x-lloom-cost": end.cost.toString(),
    "x-lloom-amount": formatAmount(end.cost, token.decimals),
    "x-lloom-token": headerText(token.symbol),
    ...(receipt.length < RECEIPT_HEADER_BYTES && { "x-lloom-receipt": receipt }),
  };
}

/** A symbol is a stranger's text, and a header holds printable ASCII. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?");

/** What the log says of a paid answer. */
export const spent = (end: Answered, { token }: Deployment): Record<string, string | number> => ({
  requestHash: end.requestHash,
  executor: end.executor,
  finishReason: end.finishReason,
  inboundTokens: end.inboundTokens,
  outboundTokens: end.outboundTokens,
  cost: shownAmount(end.cost, token),
});

/** Token counts in OpenAI's names. */
export const usageOf = ({ inboundTokens, outboundTokens }: Answered): Record<string, number> => ({
  prompt_tokens: inboundTokens,
  completion_tokens: outboundTokens,
  total_tokens: inboundTokens + outboundTokens,
});

/** OpenAI has no word for an answer that the executor broke off; "length" says that it is not whole. */
export const openAiFinishReason = ({ finishReason }: Answered): "stop" | "length" =>
  finishReason === "stop" ? "stop" : "length";
