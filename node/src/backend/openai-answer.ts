import { LloomError } from "../errors.ts";
import type { CompletionEvent } from "./backend.ts";
import { parseJson, type ServerAnswer } from "./openai-call.ts";
import { type ChatChunk, chunkSchema, type WrittenOdds } from "./openai-shapes.ts";
import { CallParts } from "./openai-tools.ts";
import { readEvents, type ServerSentEvent } from "./server-sent-events.ts";
import type { Watchdog } from "./watchdog.ts";

export interface AnswerStream {
  readonly response: ServerAnswer;
  readonly watchdog: Watchdog;
  readonly limits: { readonly firstTokenTimeoutMs: number; readonly tokenGapTimeoutMs: number };
  readonly maxOutboundTokens: number;
  /** Whether functions may be called; else calls are no part of the answer. */
  readonly takesCalls: boolean;
  /** What has come until now, for an answer that is cancelled. */
  readonly count: Arrived;
}

/** Pieces of text, and log probabilities if the server tells them. */
export interface Arrived {
  outboundTokens: number;
  readonly written: WrittenOdds[];
}

/** Time to end a stream after its last event. */
const CLOSE_MS = 250;
const STREAM_LIMITS = { eventCharacters: 1024 * 1024, streamCharacters: 256 * 1024 * 1024 };

/** What the events so far said about the end. */
interface Ending {
  finish: string | undefined;
  usage: ChatChunk["usage"];
  /** The server said that this is all, with or without a reason. */
  isDone: boolean;
}

/** Servers' words for the two ends that make an answer. Every other word is no answer: nobody pays for what it hides. */
const FINISH_REASONS: Readonly<Record<string, "stop" | "length">> = {
  stop: "stop",
  eos: "stop",
  eos_token: "stop",
  stop_sequence: "stop",
  end_turn: "stop",
  tool_calls: "stop",
  length: "length",
  max_tokens: "length",
};

/** Turns a streamed chat completion into events. Throws BACKEND_FAILED for whatever is not one. */
export async function* readAnswer(stream: AnswerStream): AsyncGenerator<CompletionEvent, void, void> {
  const { response } = stream;
  if (!/^text\/event-stream\b/i.test(response.headers["content-type"] ?? "")) {
    response.destroy();
    throw new LloomError("BACKEND_FAILED", "The backend does not stream its answers.");
  }
  const ending: Ending = { finish: undefined, usage: undefined, isDone: false };
  const calls = new CallParts();
  yield* readTexts(stream, { events: readEvents(response, STREAM_LIMITS), ending, calls });
  // Their text is the wire's: it comes once the last of them is whole.
  const called = calls.text(stream.count.outboundTokens > 0);
  if (called !== "") {
    stream.count.outboundTokens++;
    yield { type: "text", text: called };
  }
  if (ending.finish === "tool_calls" && calls.isEmpty) throw noAnswer(ending.finish);
  yield endOf(ending, stream);
}

interface Reading {
  readonly events: AsyncGenerator<readonly ServerSentEvent[], void, void>;
  readonly ending: Ending;
  readonly calls: CallParts;
}

/** What came together is one piece of text: each piece of its own would cost as much again as the answer's signatures. */
async function* readTexts(stream: AnswerStream, reading: Reading): AsyncGenerator<CompletionEvent, void, void> {
  const { watchdog, limits, count } = stream;
  const { ending, events } = reading;
  for await (const together of events) {
    // Some servers keep a connection alive by events without data; they say nothing about the answer.
    const telling = together.filter(({ name, data }) => data.trim() !== "" || name === "error");
    if (telling.length === 0) continue;
    watchdog.stop();
    const { text, problem } = textOf(stream, reading, telling);
    if (text !== "") yield { type: "text", text, ...(ending.isDone && reading.calls.isEmpty && { isLast: true }) };
    if (problem !== undefined) throw problem;
    if (ending.isDone) return finish(events, watchdog);
    if (count.outboundTokens === 0) watchdog.start(limits.firstTokenTimeoutMs, "the first token");
    else watchdog.start(limits.tokenGapTimeoutMs, "the next token");
  }
}

/** The text of events until one that ends the answer, or is wrong: what came before it is part of the answer. */
function textOf(
  { count, takesCalls }: AnswerStream,
  { ending, calls }: Reading,
  events: readonly ServerSentEvent[],
): { readonly text: string; readonly problem?: unknown } {
  let text = "";
  try {
    for (const { name, data } of events) {
      ending.isDone = data.trim() === "[DONE]";
      if (ending.isDone) break;
      const chunk = parseChunk(data, name);
      const choice = chunk.choices?.[0];
      ending.usage = chunk.usage ?? ending.usage;
      ending.finish = choice?.finish_reason ?? ending.finish;
      if (takesCalls && choice?.delta?.tool_calls) calls.add(choice.delta.tool_calls);
      count.written.push(...(choice?.logprobs?.content ?? []));
      const piece = choice?.delta?.content ?? "";
      if (piece !== "") count.outboundTokens++;
      text += piece;
    }
    return { text };
  } catch (problem) {
    return { text, problem };
  }
}

/** Reads the end of the body too, so that the connection can serve the next request; a server that keeps it open may not. */
async function finish(events: AsyncIterable<unknown>, watchdog: Watchdog): Promise<void> {
  watchdog.start(CLOSE_MS, "the end of its stream");
  try {
    for await (const _ of events);
  } catch {
    /** The answer is complete; only the connection is lost. */
  }
}

/** The end, if it is one that can be charged for. */
function endOf({ finish, usage, isDone }: Ending, { maxOutboundTokens, count }: AnswerStream): CompletionEvent {
  if (finish === undefined && !(isDone && count.outboundTokens > 0))
    throw new LloomError("BACKEND_FAILED", "The backend broke its answer off.");
  const known = finish === undefined ? "stop" : Object.hasOwn(FINISH_REASONS, finish) && FINISH_REASONS[finish];
  if (!known) throw noAnswer(finish);
  if (usage === null || usage === undefined) {
    throw new LloomError("BACKEND_FAILED", "The backend does not report token usage, so nothing can be charged.", {
      next: "Use a server that honours stream_options.include_usage.",
    });
  }
  return {
    type: "end",
    finishReason: known,
    inboundTokens: usage.prompt_tokens,
    outboundTokens: Math.min(usage.completion_tokens, maxOutboundTokens),
  };
}

/** The server's word stays out unless it is one: it comes from outside and goes to the client. */
function noAnswer(finish: string | undefined): LloomError {
  const word = /^[\w-]{1,40}$/.test(finish ?? "") ? `"${finish}"` : "an unknown reason";
  return new LloomError(
    "BACKEND_FAILED",
    `The backend ended with ${word}, which is no whole answer; it costs nothing.`,
  );
}

function parseChunk(data: string, name: string | undefined): ChatChunk {
  const parsed = chunkSchema.safeParse(parseJson(data));
  if (!parsed.success)
    throw new LloomError("BACKEND_FAILED", "The backend sent an event that is no chat completion chunk.");
  if (name === "error" || (parsed.data.error !== undefined && parsed.data.error !== null)) {
    throw new LloomError("BACKEND_FAILED", "The backend failed in the middle of its answer.");
  }
  return parsed.data;
}
