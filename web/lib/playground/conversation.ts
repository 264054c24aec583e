import { type Address, FINISH_REASONS } from "@lloom/protocol/commitment-types";
import { costUp } from "@lloom/protocol/costs";
import { asLloomError } from "@lloom/protocol/lloom-error";
import type { ChatMessage } from "@lloom/protocol/messages";
import type { ReceiptFile } from "@lloom/protocol/receipt-file";
import { usualInboundTokens, usualOutboundTokens } from "@lloom/protocol/token-bounds";
import { outsideWords } from "../guard/outside-words.ts";

/** Limits on what a visitor gives. */
export const LIMITS = { questionCharacters: 8_000, answerTokens: 1_024, usualAnswerTokens: 256, turns: 40 } as const;

const CANCELLED = BigInt(FINISH_REASONS.indexOf("cancelled"));

/** Base units for a million tokens. */
export interface Prices {
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
}

/** What somebody who answers tells of one answer, in this order, whichever way it comes. */
export type AnswerEvent =
  /** Who answers now, and at which price, where that is known before it. */
  | { readonly type: "executor"; readonly executor: Address | undefined; readonly prices: Prices | undefined }
  | { readonly type: "status"; readonly says: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "receipt"; readonly file: ReceiptFile };

/** What went wrong, for people. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

/** One question, with all that is known of its answer so far. */
export interface Turn {
  readonly id: number;
  readonly question: string;
  readonly way: "direct" | "gateway";
  readonly state: "asking" | "done" | "stopped" | "failed";
  readonly says: string;
  readonly text: string;
  readonly executor: Address | undefined;
  readonly prices: Prices | undefined;
  /** Base units: about, while it runs; what was signed, once there is a receipt. */
  readonly cost: bigint;
  readonly file: ReceiptFile | undefined;
  readonly trouble: Trouble | undefined;
}

export const newTurn = (id: number, question: string, way: Turn["way"]): Turn => ({
  ...{ id, question, way, state: "asking", says: "Looking for who answers.", text: "", cost: 0n },
  ...{ executor: undefined, prices: undefined, file: undefined, trouble: undefined },
});

/** The conversation before a question, with it: answers that failed are left out, with what was asked. */
export const messagesOf = (turns: readonly Turn[], question: string): ChatMessage[] => [
  ...turns
    .filter(({ state, text }) => (state === "done" || state === "stopped") && text !== "")
    .flatMap(({ question: asked, text }): ChatMessage[] => [
      { role: "user", content: asked },
      { role: "assistant", content: text },
    ]),
  { role: "user", content: question },
];

/** About what an answer costs so far: by the usual tokens of its texts, which an executor may count otherwise. */
export const costSoFar = (prices: Prices, messages: readonly ChatMessage[], text: string): bigint =>
  costUp({ ...prices, inboundTokens: usualInboundTokens(messages), outboundTokens: usualOutboundTokens(text) });

/** The turn after an event of its answer. */
export function heard(turn: Turn, event: AnswerEvent, messages: readonly ChatMessage[]): Turn {
  switch (event.type) {
    case "executor":
      return { ...turn, executor: event.executor, prices: event.prices, says: "Asked." };
    case "status":
      return { ...turn, says: event.says };
    case "text": {
      const text = turn.text + event.text;
      return { ...turn, text, says: "Answering.", cost: turn.prices ? costSoFar(turn.prices, messages, text) : 0n };
    }
    case "receipt": {
      const { request, response } = event.file.receipt;
      const cost = response.cumulativeCost - request.ackedCost;
      return { ...turn, file: event.file, cost, executor: request.executor, says: "" };
    }
  }
}

/**
 * The turn when nothing more comes. Who stops as the last words arrive has stopped nothing: where there is a receipt, it says whether
 * the answer was cut.
 */
export function ended(turn: Turn, isAborted: boolean): Turn {
  const isCut = turn.file === undefined ? isAborted : turn.file.receipt.response.finishReason === CANCELLED;
  return { ...turn, says: "", state: isCut ? "stopped" : "done" };
}

/** Anything thrown, as what a visitor reads. */
export function troubleOf(thrown: unknown): Trouble {
  const { code, message, next } = asLloomError(thrown);
  return { code, message: outsideWords(message, MOST_WORDS), next: ADVICE[code] ?? next };
}

const MOST_WORDS = 400;

/** What a visitor of this page does, where a code's usual advice is for somebody at a terminal or a program. */
const ADVICE: Readonly<Record<string, string>> = {
  INSUFFICIENT_FUNDS: "Put money into a channel with this executor: lloom allocate, with the account that pays.",
  CHANNEL_UNDERFUNDED: "Put money into a channel with this executor (lloom allocate), or choose another one.",
  SIGNATURE_INVALID: "Have the account that pays authorise this session key first: see step 2.",
  EXECUTOR_UNREACHABLE: "Choose another executor, or go through a gateway.",
  EXECUTOR_TIMEOUT: "Choose another executor, or go through a gateway.",
  NO_EXECUTOR: "Look again in a moment, choose another model, or go through a gateway.",
  RESPONSE_INVALID:
    "It was not acknowledged; at most the request's cap can be settled for it. Choose another executor.",
  CLOCK_WRONG: "Set this machine's clock.",
  INTERNAL: "Try again.",
};

/** An answer as it is shown: what turns or hides text is named, line by line. */
export const shownAnswer = (text: string): string =>
  text
    .split("\n")
    .map((line) => outsideWords(line, line.length))
    .join("\n");
