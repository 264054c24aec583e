import type { FastifyReply } from "fastify";
import type { AskEvent } from "../../client/question.ts";
import type { LloomError } from "../../errors.ts";
import { weightsHeader } from "../answer-facts.ts";
import type { AnswerApi, AnswerTold, StreamEvent, StreamTeller, ToldChoice } from "../api.ts";
import type { Asked } from "../asked.ts";
import { createEventStream, type EventStream, type EventStreamOptions } from "../event-stream.ts";
import { problemOf } from "../http-problem.ts";
import { CallSplitter } from "./told-calls.ts";
import { collectedChoices, REQUEST_HEADER, toldChoice } from "./told-choice.ts";

export interface TellStreamOptions extends EventStreamOptions {
  readonly events: AsyncIterable<AskEvent>;
  readonly reply: FastifyReply;
  /** Says in the call's own terms why it failed. */
  readonly explain: (thrown: unknown) => LloomError;
}

/**
 * Sends the answer as server-sent events. A failure before the stream began is thrown; later it is told in the stream, which then
 * closes without its usual end.
 */
export async function tellStream<Call extends Asked>(
  api: AnswerApi<Call>,
  answer: AnswerTold<Call>,
  { events, reply, explain, ...limits }: TellStreamOptions,
): Promise<readonly ToldChoice[] | undefined> {
  const stream = createEventStream(reply, limits);
  const teller = api.stream(answer);
  try {
    return await tellEvents(answer, { events, reply, stream, teller });
  } catch (thrown) {
    if (!stream.opened) throw thrown;
    await send(stream, teller.failed(problemOf(explain(thrown))));
    return undefined;
  } finally {
    stream.close();
  }
}

interface Telling extends Pick<TellStreamOptions, "events" | "reply"> {
  readonly stream: EventStream;
  readonly teller: StreamTeller;
}

async function tellEvents(
  { id, call }: Pick<AnswerTold<Asked>, "id" | "call">,
  { events, reply, stream, teller }: Telling,
): Promise<readonly ToldChoice[]> {
  const mayCall = call.sampling.toolUse !== undefined;
  const collected = collectedChoices(call.choices).map((one) => ({
    one,
    splitter: mayCall ? new CallSplitter() : undefined,
  }));
  const choices = new Map<number, ToldChoice>();
  const tellEnd = async ({ one, splitter }: (typeof collected)[number]): Promise<void> => {
    const choice = toldChoice(one, { id, mayCall });
    choices.set(one.index, choice);
    await send(stream, teller.ended(choice, choice.calls.length === 0 ? (splitter?.rest ?? "") : ""));
  };
  for await (const event of events) {
    if (!stream.opened) reply.headers(headersOf(event));
    const of = collected[event.choice ?? 0];
    if (of === undefined) continue;
    /** Nobody reads any more; the client still gets to know how the answer ended. */
    if (event.type === "text" && !reply.raw.destroyed) {
      of.one.text += event.text;
      await send(
        stream,
        teller.text(of.one.index, of.splitter === undefined ? event.text : of.splitter.push(event.text)),
      );
    }
    if (event.type !== "end") continue;
    of.one.end = event;
    // The only one ends with the events: what fails behind its end is still told as a failure.
    if (call.choices > 1) await tellEnd(of);
  }
  for (const of of collected) if (!choices.has(of.one.index)) await tellEnd(of);
  const told = collected.flatMap(({ one }) => choices.get(one.index) ?? []);
  await send(stream, teller.finished(told));
  return told;
}

/** What is known before a stream opens. */
function headersOf(event: AskEvent): Record<string, string> {
  if (event.type === "signed") return { [REQUEST_HEADER]: event.requestHash };
  if (event.type !== "executor") return {};
  const { signed, executor, attempt } = event;
  return {
    ...weightsHeader(signed.offer),
    ...{ "x-lloom-executor": executor, "x-lloom-attempts": String(attempt) },
  };
}

async function send(stream: EventStream, events: readonly StreamEvent[]): Promise<void> {
  for (const { event, data } of events)
    await stream.send(typeof data === "string" ? data : JSON.stringify(data), event);
}
