import type { FastifyReply } from "fastify";
import type { Answered, AskEvent } from "../../client/question.ts";
import { factHeaders } from "../answer-facts.ts";
import type { Asked } from "../asked.ts";
import type { AnswerTold, ApiDoor, ToldChoice } from "../door.ts";
import { REQUEST_HEADER, toldChoice } from "./told-choice.ts";

/** Waits for the whole answer and sends it as one JSON object. */
export async function tellWhole<Call extends Asked>(
  door: ApiDoor<Call>,
  answer: AnswerTold<Call>,
  { events, reply }: { readonly events: AsyncIterable<AskEvent>; readonly reply: FastifyReply },
): Promise<readonly ToldChoice[]> {
  let text = "";
  let end: Answered | undefined;
  for await (const event of events) {
    if (event.type === "signed") reply.header(REQUEST_HEADER, event.requestHash);
    if (event.type === "text") text += event.text;
    if (event.type === "end") end = event;
  }
  const { id, call, deployment } = answer;
  const choice = toldChoice({ index: 0, text, end }, { id, mayCall: call.sampling.toolUse !== undefined });
  await reply.headers(factHeaders(choice.end, deployment)).send(door.whole(answer, [choice]));
  return [choice];
}
