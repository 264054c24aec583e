import { z } from "@lloom/protocol/zod";
import type { ApiDescription } from "../api.ts";
import { callFactsSchema, tokenOddsSchema } from "../described/fact-schemas.ts";
import { responseSchema } from "./response-request.ts";

const status = z.enum(["in_progress", "completed", "incomplete"]);
const part = z.object({
  type: z.literal("output_text"),
  text: z.string(),
  annotations: z.array(z.never()),
  logprobs: z.array(tokenOddsSchema),
});
const item = z.union([
  z.object({
    ...{ type: z.literal("message"), id: z.string(), status, role: z.literal("assistant"), content: z.array(part) },
  }),
  z.object({
    ...{ type: z.literal("function_call"), id: z.string(), call_id: z.string(), status },
    ...{ name: z.string(), arguments: z.string() },
  }),
]);

/** What a response says again of how it was asked. */
const told = {
  instructions: z.string().nullable(),
  ...{ tools: z.array(z.json()), tool_choice: z.json(), parallel_tool_calls: z.boolean(), text: z.json() },
  ...{ temperature: z.number(), top_p: z.number(), presence_penalty: z.number(), frequency_penalty: z.number() },
  ...{ top_logprobs: z.int(), max_output_tokens: z.int().nullable(), max_tool_calls: z.null() },
  ...{ previous_response_id: z.null(), reasoning: z.null(), truncation: z.literal("disabled") },
  ...{ background: z.literal(false), store: z.literal(false), service_tier: z.literal("default") },
  ...{ user: z.json(), metadata: z.json(), safety_identifier: z.json(), prompt_cache_key: z.json() },
};

const whole = z
  .object({
    ...{ id: z.string(), object: z.literal("response"), created_at: z.int(), completed_at: z.int().nullable(), status },
    error: z.null(),
    incomplete_details: z.object({ reason: z.string() }).nullable(),
    ...{ model: z.string(), output: z.array(item) },
    usage: z
      .object({
        input_tokens: z.int(),
        input_tokens_details: z.object({ cached_tokens: z.int() }),
        output_tokens: z.int(),
        output_tokens_details: z.object({ reasoning_tokens: z.int() }),
        total_tokens: z.int(),
      })
      .nullable(),
    ...told,
    lloom: callFactsSchema.optional(),
  })
  .meta({ id: "Response" });

const event = z
  .looseObject({
    type: z.string(),
    sequence_number: z.int(),
    response: whole.optional(),
    item: item.optional(),
    part: part.optional(),
  })
  .meta({ id: "ResponseEvent", description: "An event of Open Responses; its other fields depend on its type" });

/** What `/openapi.json` says of POST /v1/responses. */
export const responseDescription: ApiDescription = {
  ...{ id: "createResponse", summary: "Answers in the form of Open Responses, for pay" },
  text: "Nothing is kept: `store` is false, and what was said before comes as items of `input`.",
  ...{ body: responseSchema, whole, event },
};
