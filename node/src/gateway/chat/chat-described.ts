import { z } from "@lloom/protocol/zod";
import type { ApiDescription } from "../api.ts";
import { callFactsSchema, tokenOddsSchema, usageSchema } from "../described/fact-schemas.ts";
import { chatSchema } from "./chat-request.ts";

const call = {
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
};
const told = { id: z.string(), created: z.int(), model: z.string() };
const logprobs = z.object({ content: z.array(tokenOddsSchema), refusal: z.null() }).nullable();
const finish = z.enum(["stop", "length", "tool_calls"]);
const index = z.int();

const whole = z
  .object({
    ...told,
    object: z.literal("chat.completion"),
    choices: z.array(
      z.object({
        index,
        message: z.object({
          role: z.literal("assistant"),
          content: z.string().nullable(),
          refusal: z.null(),
          tool_calls: z.array(z.object(call)).optional(),
        }),
        logprobs,
        finish_reason: finish,
      }),
    ),
    usage: usageSchema,
    lloom: callFactsSchema,
  })
  .meta({ id: "ChatCompletion" });

const event = z
  .object({
    ...told,
    object: z.literal("chat.completion.chunk"),
    choices: z.array(
      z.object({
        index,
        delta: z.object({
          role: z.literal("assistant").optional(),
          content: z.string().optional(),
          tool_calls: z.array(z.object({ index, ...call })).optional(),
        }),
        logprobs,
        finish_reason: finish.nullable(),
      }),
    ),
    usage: usageSchema.nullable().optional(),
    lloom: callFactsSchema.optional(),
  })
  .meta({ id: "ChatCompletionChunk" });

/** What `/openapi.json` says of POST /v1/chat/completions. */
export const chatDescription: ApiDescription = {
  ...{ id: "createChatCompletion", summary: "Answers a conversation, for pay" },
  text: "OpenAI's chat completions. The answer carries its cost and receipt under `lloom`; a stream in its last chunk before [DONE].",
  ...{ body: chatSchema, whole, event },
};
