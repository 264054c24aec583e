import type { FastifyReply } from "fastify";
import type { Answered, AskEvent } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import {
  factHeaders,
  lloomFacts,
  openAiFinishReason,
  type PaidDeployment,
  usageOf,
  weightsHeader,
} from "../answer-facts.ts";
import { createEventStream, type EventStream, type EventStreamOptions } from "../event-stream.ts";
import { problemOf } from "../http-problem.ts";
import { CallSplitter, toldMessage } from "../telling/told-calls.ts";
import type { ChatRequest } from "./chat-request.ts";

/** The request's hash as it was signed: executor and gateway log it, so that a call can be followed through both. */
const REQUEST_HEADER = "x-lloom-request";

/** An answer under way, with what all its parts share. */
export interface ChatAnswer {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly request: ChatRequest;
  readonly events: AsyncIterable<AskEvent>;
  readonly deployment: PaidDeployment;
}

/** Waits for the whole answer and sends it as one JSON object. */
export async function sendWhole(
  { id, created, request, events, deployment }: ChatAnswer,
  reply: FastifyReply,
): Promise<Answered> {
  let content = "";
  let end: Answered | undefined;
  for await (const event of events) {
    if (event.type === "signed") reply.header(REQUEST_HEADER, event.requestHash);
    if (event.type === "text") content += event.text;
    if (event.type === "end") end = event;
  }
  const ended = checkEnd(end);
  const told = request.sampling.toolUse === undefined ? { content, calls: [] } : toldMessage(content, id);
  const message =
    told.calls.length === 0
      ? { role: "assistant", content, refusal: null }
      : { role: "assistant", content: told.content || null, refusal: null, tool_calls: told.calls };
  await reply.headers(factHeaders(ended, deployment)).send({
    id,
    object: "chat.completion",
    created,
    model: request.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: openAiFinishReason(ended, told.calls.length > 0) }],
    usage: usageOf(ended),
    lloom: lloomFacts(ended, deployment),
  });
  return ended;
}

export interface ChatStreamOptions extends EventStreamOptions {
  /** Says in the call's own terms why it failed. */
  readonly explain: (thrown: unknown) => LloomError;
}

/**
 * Sends the answer as server-sent events. The last chunk before [DONE] carries the field `lloom`. A failure before the
 * stream began is thrown; later it becomes an event `error`, and the stream closes without [DONE].
 */
export async function sendStream(
  answer: ChatAnswer,
  reply: FastifyReply,
  { explain, ...limits }: ChatStreamOptions,
): Promise<Answered | undefined> {
  const stream = createEventStream(reply, limits);
  try {
    return await streamEvents(answer, reply, stream);
  } catch (thrown) {
    if (!stream.opened) throw thrown;
    const { body } = problemOf(explain(thrown));
    await stream.send(JSON.stringify(body), "error");
    return undefined;
  } finally {
    stream.close();
  }
}

async function streamEvents(
  { id, created, request, events, deployment }: ChatAnswer,
  reply: FastifyReply,
  stream: EventStream,
): Promise<Answered> {
  const base = { id, object: "chat.completion.chunk", created, model: request.model };
  const usage = request.includeUsage ? { usage: null } : {};
  const choose = (delta: object, finishReason: string | null) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...usage,
  });
  const splitter = request.sampling.toolUse === undefined ? undefined : new CallSplitter();
  let text = "";
  let end: Answered | undefined;
  let begun = false;
  const begin = async (): Promise<void> => {
    if (!begun) await stream.send(JSON.stringify(choose({ role: "assistant", content: "" }, null)));
    begun = true;
  };
  for await (const event of events) {
    if (event.type === "executor" && !stream.opened) {
      reply.headers({
        ...weightsHeader(event.signed.offer),
        ...{ "x-lloom-executor": event.executor, "x-lloom-attempts": String(event.attempt) },
      });
    }
    if (event.type === "signed" && !stream.opened) reply.header(REQUEST_HEADER, event.requestHash);
    /** Nobody reads any more; the client still gets to know how the answer ended. */
    if (event.type === "text" && !reply.raw.destroyed) {
      await begin();
      text += event.text;
      const content = splitter === undefined ? event.text : splitter.push(event.text);
      if (content !== "") await stream.send(JSON.stringify(choose({ content }, null)));
    }
    if (event.type === "end") end = event;
  }
  const ended = checkEnd(end);
  await begin();
  const { calls } = splitter === undefined ? { calls: [] } : toldMessage(text, id);
  const rest = calls.length === 0 ? (splitter?.rest ?? "") : "";
  if (rest !== "") await stream.send(JSON.stringify(choose({ content: rest }, null)));
  for (const [index, call] of calls.entries())
    await stream.send(JSON.stringify(choose({ tool_calls: [{ index, ...call }] }, null)));
  await sendLast(ended, {
    chunk: choose({}, openAiFinishReason(ended, calls.length > 0)),
    base,
    includeUsage: request.includeUsage,
    stream,
    deployment,
  });
  return ended;
}

interface LastChunks {
  readonly chunk: object;
  readonly base: object;
  readonly includeUsage: boolean;
  readonly stream: EventStream;
  readonly deployment: PaidDeployment;
}

async function sendLast(end: Answered, { chunk, base, includeUsage, stream, deployment }: LastChunks): Promise<void> {
  const lloom = lloomFacts(end, deployment);
  await stream.send(JSON.stringify(includeUsage ? chunk : { ...chunk, lloom }));
  if (includeUsage) await stream.send(JSON.stringify({ ...base, choices: [], usage: usageOf(end), lloom }));
  await stream.send("[DONE]");
}

function checkEnd(end: Answered | undefined): Answered {
  if (end === undefined) throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
  if (end.finishReason === "failed")
    throw new LloomError("BACKEND_FAILED", "The executor could not answer; it costs nothing.");
  return end;
}
