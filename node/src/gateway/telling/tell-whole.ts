import type { FastifyReply } from "fastify";
import type { AskEvent } from "../../client/question.ts";
import { factHeaders } from "../answer-facts.ts";
import type { AnswerApi, AnswerTold, ToldChoice } from "../api.ts";
import { type Asked, MOST_CHOICES } from "../asked.ts";
import { collectChoices } from "./collect-choices.ts";
import { REQUEST_HEADER } from "./told-choice.ts";

/** Waits for the whole answer and sends it as one JSON object. */
export async function tellWhole<Call extends Asked>(
  api: AnswerApi<Call>,
  answer: AnswerTold<Call>,
  { events, reply }: { readonly events: AsyncIterable<AskEvent>; readonly reply: FastifyReply },
): Promise<readonly ToldChoice[]> {
  const signed = new Map<number, string>();
  const choices = await collectChoices(answer, events, (requestHash, choice) => {
    if (answer.call.choices <= MOST_CHOICES)
      reply.header(REQUEST_HEADER, [...signed.set(choice, requestHash).values()].join(", "));
  });
  const headers = factHeaders(
    choices.map(({ end }) => end),
    answer.deployment,
  );
  await reply.headers(headers).send(api.whole(answer, choices));
  return choices;
}
