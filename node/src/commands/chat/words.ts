import { formatAmount } from "@lloom/protocol/amounts";
import { shownTokens } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import { tableLines } from "../market/listing.ts";
import { counted, factLines } from "../words.ts";
import { type Conversation, finishOf, type PaidTurn, paidSoFar } from "./conversation.ts";
import { LINE_COMMANDS } from "./typed-line.ts";

const ENDS = { failed: "It failed. ", stop: "", length: "Cut at its longest. ", cancelled: "Stopped. " } as const;

/** Below an answer: how it ended, what it cost, and what the conversation did. */
export function paidSentence(chain: Chain, conversation: Conversation, turn: PaidTurn): string {
  const { inboundTokens, outboundTokens } = turn.receipt.response;
  const soFar = paidSoFar(conversation, chain.domain);
  const all = conversation.turns.length === 1 ? "" : `; ${shownTokens(chain, soFar)} so far`;
  return `${ENDS[finishOf(turn)]}${shownTokens(chain, turn.paid)} for ${inboundTokens} + ${outboundTokens} tokens${all}`;
}

/** When a conversation ends, or is gone on with. */
export const sumSentence = (chain: Chain, conversation: Conversation): string =>
  `${counted(conversation.turns.length, "answer")} for ${shownTokens(chain, paidSoFar(conversation, chain.domain))}`;

export const helpLines = (): string[] => [
  ...factLines(LINE_COMMANDS),
  "A \\ at the end of a line begins another one. Ctrl-C stops an answer: what",
  "was said until then is paid. Ctrl-D ends.",
];

/** What is known of an answer by its receipt. */
export function receiptLines(chain: Chain, turn: PaidTurn): string[] {
  const { request, response } = turn.receipt;
  return factLines([
    ["Request", turn.requestHash],
    ["Executor", request.executor],
    ["Model", request.model],
    ["Tokens", `${response.inboundTokens} + ${response.outboundTokens}, ${finishOf(turn)}`],
    ["Paid", shownTokens(chain, turn.paid)],
    ["Keep it", "/receipt FILE, then lloom receipt verify FILE"],
  ]);
}

export const modelLines = (chain: Chain, models: readonly ModelSummary[]): string[] => [
  ...tableLines(
    ["model", "sellers", "prompt", "answer", "context"],
    models.map(({ model, executors, inboundPrice, outboundPrice, maxContext }) => [
      ...[model, String(executors)],
      ...[inboundPrice, outboundPrice].map((price) => formatAmount(price, chain.tokenDecimals)),
      String(maxContext),
    ]),
  ),
  `Least prices in ${chain.tokenSymbol} for 1 000 000 tokens.`,
];
