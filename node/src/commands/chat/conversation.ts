import { FINISH_REASONS, type FinishReason, type Hex, type Receipt } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import type { ChatMessage } from "@lloom/protocol/messages";
import type { ReceiptFile } from "@lloom/protocol/receipt-file";

/** A question with its paid answer. */
export interface PaidTurn {
  readonly question: string;
  readonly answer: string;
  readonly requestHash: Hex;
  readonly receipt: Receipt;
  readonly domain: CommitmentDomain;
  readonly salts: { readonly prompt: Hex; readonly answer: Hex };
  /** Base units: of this answer, and of those that it was compared with. */
  readonly paid: bigint;
}

/** What was said so far. */
export interface Conversation {
  readonly system: string | undefined;
  readonly turns: readonly PaidTurn[];
}

/** What is sent with the next question: all that was said. */
export const messagesWith = ({ system, turns }: Conversation, question: string): readonly ChatMessage[] => [
  ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
  ...turns.flatMap((turn): readonly ChatMessage[] => [
    { role: "user", content: turn.question },
    { role: "assistant", content: turn.answer },
  ]),
  { role: "user", content: question },
];

/** Base units of this deployment; what another one was paid in is another token. */
export const paidSoFar = ({ turns }: Conversation, { chainId, accounting }: CommitmentDomain): bigint =>
  turns
    .filter(({ domain }) => domain.chainId === chainId && domain.accounting === accounting)
    .reduce((sum, { paid }) => sum + paid, 0n);

/** A turn's receipt with the texts that its hashes are of; numbers begin at 1. */
export function receiptOfTurn({ system, turns }: Conversation, number: number): ReceiptFile | undefined {
  const turn = turns[number - 1];
  if (turn === undefined) return undefined;
  const { receipt, domain, salts, question, answer } = turn;
  const messages = messagesWith({ system, turns: turns.slice(0, number - 1) }, question);
  return {
    receipt: { ...receipt, domain },
    content: { prompt: { salt: salts.prompt, messages }, answer: { salt: salts.answer, text: answer } },
  };
}

export const finishOf = ({ receipt }: PaidTurn): FinishReason =>
  FINISH_REASONS[Number(receipt.response.finishReason)] ?? "failed";
