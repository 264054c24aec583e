import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import type { AnswerAudit } from "../check/answer-audit.ts";
import type { AskEvent, Copy, Question } from "../question.ts";
import { ask } from "./ask.ts";
import type { AskParts, SharedQuestion } from "./ask-state.ts";
import { wholeAnswer } from "./whole-answer.ts";

/**
 * Asks executors whose answers can be held against weights of this client's own, until one's log probabilities are those of the
 * weights that it signed. Who failed is paid, and asked no more; its answer is not passed on. Throws as `ask`, and
 * RESPONSE_INVALID where none of so many was right.
 */
export async function* askAudited(
  parts: AskParts,
  question: Question,
  { audit, signal }: { readonly audit: AnswerAudit; readonly signal: AbortSignal },
): AsyncGenerator<AskEvent, void> {
  const shared: SharedQuestion = { taken: new Set<Address>() };
  const failed: Copy[] = [];
  let problem: string | undefined;
  for (let attempt = 1; attempt <= parts.settings.maxAttempts; attempt++) {
    const answer = yield* wholeAnswer(ask(parts, { ...question, whole: true }, signal, shared));
    const { text, end } = answer;
    problem = await audit.problemOf({ question, ...answer }, signal);
    if (problem === undefined) {
      if (text !== "") yield { type: "text", text };
      const copies: readonly Copy[] = [...failed, { ...end, agrees: true }];
      yield failed.length === 0 ? end : { ...end, copies };
      return;
    }
    parts.log.warn({ executor: end.executor, requestHash: end.requestHash, problem }, "an answer failed its audit");
    parts.book.note(end.executor, { type: "cheated" }, parts.settings.clock());
    failed.push({ ...end, agrees: false });
  }
  throw new LloomError("RESPONSE_INVALID", `No executor's answer passed its audit: ${problem}`, {
    next: "Ask again, or ask for less: --verify, or provider.verify of the request. What was answered is paid.",
  });
}
