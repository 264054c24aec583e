import type { FastifyReply } from "fastify";
import type { AskEvent } from "../../client/question.ts";
import { factHeaders } from "../answer-facts.ts";
import type { AnswerApi, AnswerTold, ToldChoice } from "../api.ts";
import { type Asked, MOST_CHOICES } from "../asked.ts";
import { collectedChoices, REQUEST_HEADER, toldChoice } from "./told-choice.ts";

/** Waits for the whole answer and sends it as one JSON object. */
export async function tellWhole<Call extends Asked>(
  api: AnswerApi<Call>,
  answer: AnswerTold<Call>,
  { events, reply }: { readonly events: AsyncIterable<AskEvent>; readonly reply: FastifyReply },
): Promise<readonly ToldChoice[]> {
  const { id, call, deployment } = answer;
  const collected = collectedChoices(call.choices);
  const signed = new Map<number, string>();
  for await (const event of events) {
    const { choice = 0 } = event;
    if (event.type === "signed" && call.choices <= MOST_CHOICES)
      reply.header(REQUEST_HEADER, [...signed.set(choice, event.requestHash).values()].join(", "));
    const one = collected[choice];
    if (one === undefined) continue;
    if (event.type === "text") one.text += event.text;
    if (event.type === "end") one.end = event;
  }
  const mayCall = call.sampling.toolUse !== undefined;
  const choices = collected.map((one) => toldChoice(one, { id, mayCall }));
  const headers = factHeaders(
    choices.map(({ end }) => end),
    deployment,
  );
  await reply.headers(headers).send(api.whole(answer, choices));
  return choices;
}
