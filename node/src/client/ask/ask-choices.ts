import type { AskEvent, Question } from "../question.ts";
import type { AskParts } from "./ask-state.ts";
import { checkMoney } from "./check-money.ts";
import { EventQueue } from "./event-queue.ts";

type Ask = (question: Question) => AsyncIterable<AskEvent>;

export interface Choices {
  readonly choices: number;
  /** Asks for one answer. */
  readonly ask: (question: Question, signal: AbortSignal) => AsyncIterable<AskEvent>;
  readonly signal: AbortSignal;
}

/**
 * Asks for so many answers to one question side by side, each of them paid, with a receipt of its own. Events name the answer that
 * they belong to. With a seed each has the next one. Nothing is signed where the money is surely not enough for all; when one fails in the
 * end, the others are told to stop, and what they have computed is paid. Throws as asking for one does.
 */
export async function* askChoices(
  parts: AskParts,
  question: Question,
  { choices, ask, signal }: Choices,
): AsyncGenerator<AskEvent, void> {
  await checkMoney(parts, question, { times: choices, signal });
  const queue = new EventQueue<AskEvent>();
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  const asking = Array.from({ length: choices }, async (_, choice) => {
    try {
      await collect((one) => ask(one, until), { question: choiceOf(question, choice), choice, queue });
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

const SEEDS = 2 ** 32;

/** The question of one of them: the first has the seed itself. */
function choiceOf({ choices: _, ...question }: Question, choice: number): Question {
  const { seed } = question.sampling;
  if (seed === undefined) return question;
  return { ...question, sampling: { ...question.sampling, seed: (seed + choice) % SEEDS } };
}
