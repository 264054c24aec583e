import type { ChatMessage } from "@lloom/protocol/messages";
import { wholeField } from "../fields/field-forms.ts";

/** Tokens of an answer that an agent takes in. */
const USUAL_TOKENS = 1024;
const MOST_TOKENS = 131_072;

export const maxTokensField = wholeField(1, MOST_TOKENS)
  .default(USUAL_TOKENS)
  .meta({ description: "Most tokens of the answer; what is not used is not paid" });

/** A question as a conversation. */
export const messagesOf = ({
  prompt,
  system,
}: {
  readonly prompt: string;
  readonly system?: string | undefined;
}): ChatMessage[] => [
  ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
  { role: "user", content: prompt },
];
