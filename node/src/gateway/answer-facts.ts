import { formatAmount, shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { Address, FinishReason, Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { type ReceiptFileData, receiptFileToData } from "@lloom/protocol/receipt-file";
import { shownWeights } from "../client/choose/weights.ts";
import { type Answered, type Copy, paidFor } from "../client/question.ts";
import { MOST_CHOICES } from "./asked.ts";

/** What answers are paid in, and by which contract. */
export interface PaidDeployment {
  readonly domain: CommitmentDomain;
  readonly token: TokenUnit;
}

/** One of several answers to the same question. */
interface CopyFacts {
  readonly executor: Address;
  /** It has the very text of this answer. */
  readonly agrees: boolean;
  /** Base units, decimal. */
  readonly cost: string;
  readonly receipt: ReceiptFileData;
}

/** The field `lloom` of an answer: who gave it, what it cost, and the proof. */
export interface LloomFacts {
  readonly executor: Address;
  /** Of the weights that it signed to have answered with, `sha256:…`; null where it names none. */
  readonly weights: string | null;
  /** Executors tried, the one that answered included. */
  readonly attempts: number;
  /** Of a question that several were asked: what each answered, this one included. */
  readonly copies?: readonly CopyFacts[];
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
export function lloomFacts(end: Answered, { domain, token }: PaidDeployment): LloomFacts {
  const { executor, attempts, finishReason, requestHash, responseHash, copies } = end;
  const cost = paidFor(end);
  return {
    executor,
    weights: shownWeights(end.weightsHash) ?? null,
    attempts,
    cost: cost.toString(),
    amount: formatAmount(cost, token.decimals),
    token: token.symbol,
    finishReason,
    requestHash,
    responseHash,
    receipt: saltedReceipt(end, domain),
    ...(copies && {
      copies: copies.map((copy) => ({
        ...{ executor: copy.executor, agrees: copy.agrees, cost: copy.cost.toString() },
        receipt: saltedReceipt(copy, domain),
      })),
    }),
  };
}

/** The field `lloom` of several answers to one call: what they cost in all, and each one's own. */
interface SeveralFacts {
  readonly cost: string;
  readonly amount: string;
  readonly token: string;
  readonly choices: readonly LloomFacts[];
}

/** The field `lloom` of a call with so many answers. */
export function callFacts(ends: readonly Answered[], deployment: PaidDeployment): LloomFacts | SeveralFacts {
  const choices = ends.map((end) => lloomFacts(end, deployment));
  const [only] = choices;
  if (only !== undefined && choices.length === 1) return only;
  const { token } = deployment;
  const cost = paidForAll(ends);
  return { cost: cost.toString(), amount: formatAmount(cost, token.decimals), token: token.symbol, choices };
}

const paidForAll = (ends: readonly Answered[]): bigint => ends.reduce((sum, end) => sum + paidFor(end), 0n);

/** The texts themselves stand in the request and the answer already. */
const saltedReceipt = (
  { receipt, salts }: Pick<Answered, "receipt" | "salts">,
  domain: CommitmentDomain,
): ReceiptFileData =>
  receiptFileToData({ ...receipt, domain }, { prompt: { salt: salts.prompt }, answer: { salt: salts.answer } });

/** Longer header values make some HTTP clients drop the whole answer. */
const RECEIPT_HEADER_BYTES = 8 * 1024;

/**
 * The same in headers; what differs between several answers stands one behind the other. Receipts that would be too long for one are in
 * the body alone, and of more answers than one may ask for there is only what they cost.
 */
export function factHeaders(ends: readonly Answered[], { domain, token }: PaidDeployment): Record<string, string> {
  const cost = paidForAll(ends);
  const sum = {
    "x-lloom-cost": cost.toString(),
    "x-lloom-amount": formatAmount(cost, token.decimals),
    "x-lloom-token": headerText(token.symbol),
  };
  if (ends.length > MOST_CHOICES) return sum;
  const listed = (of: (end: Answered) => string): string => ends.map(of).join(", ");
  const receipt = listed((end) => Buffer.from(JSON.stringify(saltedReceipt(end, domain))).toString("base64url"));
  const compared = ends.flatMap(({ copies }) => (copies === undefined ? [] : [copies]));
  return {
    "x-lloom-executor": listed(({ executor }) => executor),
    "x-lloom-weights": listed((end) => shownWeights(end.weightsHash) ?? "none"),
    "x-lloom-attempts": listed(({ attempts }) => String(attempts)),
    ...sum,
    ...(compared.length > 0 && { "x-lloom-agreement": compared.map(agreementOf).join(", ") }),
    ...(receipt.length < RECEIPT_HEADER_BYTES && { "x-lloom-receipt": receipt }),
  };
}

/** Weights that an executor signs to answer with. */
export const weightsHeader = ({ weightsHash }: { readonly weightsHash: Hex }): Record<string, string> => ({
  "x-lloom-weights": shownWeights(weightsHash) ?? "none",
});

/** How many of how many answers were the same. */
const agreementOf = (copies: readonly Copy[]): string =>
  `${copies.filter(({ agrees }) => agrees).length}/${copies.length}`;

/** A symbol is a stranger's text, and a header holds printable ASCII. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?");

/** What the log says of a paid answer. */
export const spent = (end: Answered, { token }: PaidDeployment): Record<string, string | number> => ({
  requestHash: end.requestHash,
  executor: end.executor,
  finishReason: end.finishReason,
  inboundTokens: end.inboundTokens,
  outboundTokens: end.outboundTokens,
  cost: shownAmount(paidFor(end), token),
  ...(end.copies && { agreement: agreementOf(end.copies) }),
});

/** Tokens of all answers of a call. */
export function tokensOf(ends: readonly Answered[]): { readonly inbound: number; readonly outbound: number } {
  return {
    inbound: ends.reduce((sum, { inboundTokens }) => sum + inboundTokens, 0),
    outbound: ends.reduce((sum, { outboundTokens }) => sum + outboundTokens, 0),
  };
}

/** The same in OpenAI's names. Of several answers each one's prompt is counted, since each is paid. */
export function usageOf(ends: readonly Answered[]): Record<string, number> {
  const { inbound, outbound } = tokensOf(ends);
  return { prompt_tokens: inbound, completion_tokens: outbound, total_tokens: inbound + outbound };
}

/** OpenAI has no word for an answer that the executor broke off; "length" says that it is not whole. */
export const openAiFinishReason = ({ finishReason }: Answered, hasCalls = false): "stop" | "length" | "tool_calls" => {
  if (finishReason !== "stop") return "length";
  return hasCalls ? "tool_calls" : "stop";
};
