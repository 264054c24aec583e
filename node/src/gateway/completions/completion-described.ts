import { z } from "@lloom/protocol/zod";
import type { ApiDescription } from "../api.ts";
import { callFactsSchema, usageSchema } from "../described/fact-schemas.ts";
import { completionSchema } from "./completion-request.ts";

const told = { id: z.string(), object: z.literal("text_completion"), created: z.int(), model: z.string() };
const odds = z
  .object({
    tokens: z.array(z.string()),
    token_logprobs: z.array(z.number()),
    top_logprobs: z.array(z.record(z.string(), z.number())).nullable(),
    text_offset: z.array(z.int()),
  })
  .nullable();
const choice = { text: z.string(), index: z.int(), logprobs: odds };
const finish = z.enum(["stop", "length"]);

const whole = z
  .object({
    ...told,
    choices: z.array(z.object({ ...choice, finish_reason: finish })),
    usage: usageSchema,
    lloom: callFactsSchema,
  })
  .meta({ id: "Completion" });

const event = z
  .object({
    ...told,
    choices: z.array(z.object({ ...choice, finish_reason: finish.nullable() })),
    usage: usageSchema.nullable().optional(),
    lloom: callFactsSchema.optional(),
  })
  .meta({ id: "CompletionChunk" });

/** What `/openapi.json` says of POST /v1/completions. */
export const completionDescription: ApiDescription = {
  ...{ id: "createCompletion", summary: "Answers one text, for pay" },
  text: "OpenAI's first API. The prompt is asked as a turn of the user's, by the model's chat template.",
  ...{ body: completionSchema, whole, event },
};
