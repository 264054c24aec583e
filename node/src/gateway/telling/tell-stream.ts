import type { FastifyReply } from "fastify";
import type { Answered, AskEvent } from "../../client/question.ts";
import type { LloomError } from "../../errors.ts";
import { weightsHeader } from "../answer-facts.ts";
import type { Asked } from "../asked.ts";
import type { AnswerTold, ApiDoor, StreamEvent, ToldChoice } from "../door.ts";
import { createEventStream, type EventStream, type EventStreamOptions } from "../event-stream.ts";
import { problemOf } from "../http-problem.ts";
import { CallSplitter } from "./told-calls.ts";
import { REQUEST_HEADER, toldChoice } from "./told-choice.ts";

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
  door: ApiDoor<Call>,
  answer: AnswerTold<Call>,
  { events, reply, explain, ...limits }: TellStreamOptions,
): Promise<readonly ToldChoice[] | undefined> {
  const stream = createEventStream(reply, limits);
  try {
    return await tellEvents(door, answer, { events, reply, stream });
  } catch (thrown) {
    if (!stream.opened) throw thrown;
    await send(stream, [door.failed(problemOf(explain(thrown)))]);
    return undefined;
  } finally {
    stream.close();
  }
}

async function tellEvents<Call extends Asked>(
  door: ApiDoor<Call>,
  answer: AnswerTold<Call>,
  { events, reply, stream }: Pick<TellStreamOptions, "events" | "reply"> & { readonly stream: EventStream },
): Promise<readonly ToldChoice[]> {
  const teller = door.stream(answer);
  const mayCall = answer.call.sampling.toolUse !== undefined;
  const splitter = mayCall ? new CallSplitter() : undefined;
  let text = "";
  let end: Answered | undefined;
  for await (const event of events) {
    if (!stream.opened) reply.headers(headersOf(event));
    /** Nobody reads any more; the client still gets to know how the answer ended. */
    if (event.type === "text" && !reply.raw.destroyed) {
      text += event.text;
      await send(stream, teller.text(0, splitter === undefined ? event.text : splitter.push(event.text)));
    }
    if (event.type === "end") end = event;
  }
  const choice = toldChoice({ index: 0, text, end }, { id: answer.id, mayCall });
  const rest = choice.calls.length === 0 ? (splitter?.rest ?? "") : "";
  await send(stream, teller.ended(choice, rest));
  await send(stream, teller.finished([choice]));
  return [choice];
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
