import { EMBEDDING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { LloomError } from "../../errors.ts";
import type { AskEvent, Question } from "../question.ts";
import type { AskParts } from "./ask-state.ts";
import { checkMoney } from "./check-money.ts";
import { EventQueue } from "./event-queue.ts";

type Ask = (question: Question) => AsyncIterable<AskEvent>;

/** Asked at once; the others wait for one of these to end. */
const MOST_AT_ONCE = 16;

export interface Choices {
  readonly questions: readonly [Question, ...Question[]];
  /** Asks for one answer. */
  readonly ask: (question: Question, signal: AbortSignal) => AsyncIterable<AskEvent>;
  readonly signal: AbortSignal;
}

/**
 * Asks several questions to one model side by side, each of them paid, with a receipt of its own. Events name the question that
 * they belong to, from 0. Nothing is signed where the money is surely not enough for all; when one fails in the
 * end, the others are told to stop, and what they have computed is paid. Throws as asking for one does.
 */
export async function* askChoices(
  parts: AskParts,
  { questions, ask, signal }: Choices,
): AsyncGenerator<AskEvent, void> {
  await checkMoney(parts, questions, signal);
  const queue = new EventQueue<AskEvent>();
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  const waiting = questions.entries();
  const asking = Array.from({ length: Math.min(questions.length, MOST_AT_ONCE) }, async () => {
    try {
      for (const [choice, question] of waiting) {
        // One of the others failed: nothing more is worth paying for.
        if (until.aborted) return;
        await collect((one) => ask(one, until), { question, choice, queue });
      }
    } catch (thrown) {
      failures.push(thrown);
      stop.abort();
    }
  });
  const ended = Promise.all(asking).finally(() => queue.end());
  try {
    yield* queue.events();
  } finally {
    // Whoever stopped listening has cancelled all of them.
    stop.abort();
    queue.end();
    await ended;
  }
  if (failures.length > 0) throw failures[0];
}

async function collect(
  ask: Ask,
  {
    question,
    choice,
    queue,
  }: { readonly question: Question; readonly choice: number; readonly queue: EventQueue<AskEvent> },
): Promise<void> {
  for await (const event of ask(question)) await queue.put({ ...event, choice });
}

/** A question that is several, or `undefined`: so many answers to one, or more texts to embed than one request takes. */
export function severalOf({ choices = 1, ...question }: Question): readonly [Question, ...Question[]] | undefined {
  const { messages, sampling } = question;
  const { texts } = EMBEDDING_LIMITS;
  const isDivided = isEmbedding(sampling) && messages.length > texts;
  if (isDivided && choices > 1) throw new LloomError("UNSUPPORTED", "Vectors of many texts are asked for once.");
  const several = isDivided
    ? Array.from({ length: Math.ceil(messages.length / texts) }, (_, part) => ({
        ...question,
        messages: messages.slice(part * texts, (part + 1) * texts),
      }))
    : Array.from({ length: choices }, (_, choice) => choiceOf(question, choice));
  const [first, ...others] = several;
  return first === undefined || others.length === 0 ? undefined : [first, ...others];
}

const SEEDS = 2 ** 32;

/** The question of one of several answers: the first has the seed itself. */
function choiceOf(question: Question, choice: number): Question {
  const { seed } = question.sampling;
  if (seed === undefined) return question;
  return { ...question, sampling: { ...question.sampling, seed: (seed + choice) % SEEDS } };
}
