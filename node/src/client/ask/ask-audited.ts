import type { Address } from "@lloom/protocol/commitment-types";
import { asLloomError, LloomError } from "../../errors.ts";
import type { AnswerAudit, AnswerToAudit } from "../check/answer-audit.ts";
import type { AskEvent, Copy, Question } from "../question.ts";
import { ask } from "./ask.ts";
import type { AskParts, SharedQuestion } from "./ask-state.ts";
import { wholeAnswer } from "./whole-answer.ts";

/**
 * Asks executors whose answers can be held against weights of this client's own, until one's log probabilities are those of the
 * weights that it signed. Who failed is paid, and asked no more; its answer is not passed on. Nor is one whose trace could not be
 * fetched, which is held against nobody. Throws as `ask`, and RESPONSE_INVALID where none of so many was right.
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
    const found = await lookAt(audit, { question, ...answer }, signal);
    problem = found.problem;
    if (problem === undefined) {
      if (text !== "") yield { type: "text", text };
      const copies: readonly Copy[] = [...failed, { ...end, agrees: true }];
      yield failed.length === 0 ? end : { ...end, copies };
      return;
    }
    parts.log.warn({ executor: end.executor, requestHash: end.requestHash, problem }, "an answer failed its audit");
    if (found.hasCheated) parts.book.note(end.executor, { type: "cheated" }, parts.settings.clock());
    failed.push({ ...end, agrees: false });
  }
  throw new LloomError("RESPONSE_INVALID", `No executor's answer passed its audit: ${problem}`, {
    next: "Ask again, or ask for less: --verify, or provider.verify of the request. What was answered is paid.",
  });
}

interface Found {
  readonly problem: string | undefined;
  readonly hasCheated: boolean;
}

async function lookAt(audit: AnswerAudit, answer: AnswerToAudit, signal: AbortSignal): Promise<Found> {
  try {
    const problem = await audit.problemOf(answer, signal);
    return { problem, hasCheated: problem !== undefined };
  } catch (thrown) {
    const { code, message } = asLloomError(thrown);
    if (code !== "EXECUTOR_UNREACHABLE" || signal.aborted) throw thrown;
    return { problem: message, hasCheated: false };
  }
}
