import { stricterVerification } from "../check/verification.ts";
import type { AskEvent, Question } from "../question.ts";
import { type AskParts, ask } from "./ask.ts";
import { askSeveral } from "./ask-several.ts";

/** Answers a question and checks it as far as the question or the client's own settings ask, whichever is more. Throws as `ask`. */
export function askVerified(parts: AskParts, question: Question, signal: AbortSignal): AsyncIterable<AskEvent> {
  const { verification: own } = parts.settings;
  const verification = stricterVerification(question.verification ?? own, own);
  const verified = { ...question, verification };
  return verification.type === "redundant"
    ? askSeveral(parts, verified, { executors: verification.executors, signal })
    : ask(parts, verified, signal);
}
