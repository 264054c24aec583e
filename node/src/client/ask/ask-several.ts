import { isEmbedding } from "@lloom/protocol/form/embedding";
import { LloomError } from "../../errors.ts";
import { withSeed } from "../check/verification.ts";
import type { AskEvent, Copy, Question } from "../question.ts";
import { agreeOn, SAME_TEXT, SAME_VECTORS } from "./agreement.ts";
import { ask } from "./ask.ts";
import type { AskParts, SharedQuestion } from "./ask-state.ts";
import { EventQueue } from "./event-queue.ts";
import { type OnTheWay, type WholeAnswer, wholeAnswer } from "./whole-answer.ts";

/**
 * Asks so many executors the same, side by side, each of them whole, and answers with what most of them say. Every one is paid.
 * Who fails is replaced as ever; where less than two answer in the end, there is nothing to compare: throws what failed, after
 * what was signed is paid. Whoever says something else is doubted a little: it may have another machine.
 */
export async function* askSeveral(
  parts: AskParts,
  question: Question,
  { executors, signal }: { readonly executors: number; readonly signal: AbortSignal },
): AsyncGenerator<AskEvent, void> {
  const shared: SharedQuestion = { taken: new Set() };
  const same = { ...question, sampling: withSeed(question.sampling), whole: true };
  const queue = new EventQueue<OnTheWay>();
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const asking = Array.from({ length: executors }, () => collect(wholeAnswer(ask(parts, same, until, shared)), queue));
  const settled = Promise.allSettled(asking).finally(() => queue.end());
  try {
    yield* queue.events();
  } finally {
    // Whoever stopped listening has cancelled all of them.
    stop.abort();
    queue.end();
  }
  const outcomes = await settled;
  const answers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const [first, second, ...others] = answers;
  if (first === undefined || second === undefined) throw failureOf(outcomes, answers.length);
  const said = isEmbedding(question.sampling) ? SAME_VECTORS : SAME_TEXT;
  const { chosen, agree } = agreeOn([first, second, ...others], said);
  for (const { text, end } of answers)
    if (!said.isSame(text, chosen.text) && agree > 1)
      parts.book.note(end.executor, { type: "blamed" }, parts.settings.clock());
  if (chosen.text !== "") yield { type: "text", text: chosen.text };
  const copies = answers.map(({ text, end }): Copy => ({ ...end, agrees: said.isSame(text, chosen.text) }));
  yield { ...chosen.end, copies };
}

async function collect(
  answering: AsyncGenerator<OnTheWay, WholeAnswer>,
  queue: EventQueue<OnTheWay>,
): Promise<WholeAnswer> {
  for (;;) {
    const { done, value } = await answering.next();
    if (done === true) return value;
    await queue.put(value);
  }
}

function failureOf(outcomes: readonly PromiseSettledResult<WholeAnswer>[], answered: number): unknown {
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (answered === 0) return failed?.reason;
  return new LloomError("NO_EXECUTOR", "One executor alone answered: there is nothing to hold its answer against.", {
    cause: failed?.reason,
    next: "Ask again, or ask for less: --verify, or lloom.verify of the request.",
  });
}
