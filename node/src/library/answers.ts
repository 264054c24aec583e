import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { type Answered, type AskEvent, paidFor, type Question } from "../client/question.ts";
import type { LloomAnswer, LloomEvent } from "./public-types.ts";

/** Of what a client tells, what a program wants to hear. */
export async function* answered(
  events: AsyncIterable<AskEvent>,
  { messages }: Pick<Question, "messages">,
  domain: CommitmentDomain,
): AsyncGenerator<LloomEvent, void> {
  let text = "";
  for await (const event of events) {
    if (event.type === "text") {
      text += event.text;
      yield { type: "text", text: event.text };
    }
    if (event.type === "end") yield { type: "answer", answer: answerOf(event, { text, messages, domain }) };
  }
}

interface Texts extends Pick<Question, "messages"> {
  readonly text: string;
  readonly domain: CommitmentDomain;
}

function answerOf(end: Answered, { text, messages, domain }: Texts): LloomAnswer {
  const { finishReason, inboundTokens, outboundTokens, executor, attempts, requestHash, receipt, salts } = end;
  const content = { prompt: { salt: salts.prompt, messages }, answer: { salt: salts.answer, text } };
  return {
    ...{ text, finishReason, inboundTokens, outboundTokens, executor, attempts, requestHash },
    cost: paidFor(end),
    weightsHash: namedWeights(end.weightsHash),
    receipt: receiptFileToData({ ...receipt, domain }, content),
  };
}

/** The zero of those who name none is for signatures alone. */
export const namedWeights = (hash: Hex): Hex | undefined => (hash === ZERO_HASH ? undefined : hash);
