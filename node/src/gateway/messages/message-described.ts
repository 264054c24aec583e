import { z } from "@lloom/protocol/zod";
import type { ApiDescription } from "../api.ts";
import { callFactsSchema } from "../described/fact-schemas.ts";
import { messagesProblemSchema } from "../described/problem-schemas.ts";
import { messageSchema } from "./message-request.ts";

const usage = z.object({
  ...{ input_tokens: z.int(), output_tokens: z.int() },
  ...{ cache_creation_input_tokens: z.int(), cache_read_input_tokens: z.int() },
});
const block = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({
    ...{ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: z.record(z.string(), z.json()) },
  }),
]);

const whole = z
  .object({
    ...{ id: z.string(), type: z.literal("message"), role: z.literal("assistant"), model: z.string() },
    content: z.array(block),
    stop_reason: z.enum(["end_turn", "max_tokens", "tool_use"]).nullable(),
    stop_sequence: z.null(),
    usage,
    lloom: callFactsSchema.optional(),
  })
  .meta({ id: "Message" });

const event = z
  .looseObject({
    type: z.string(),
    message: whole.optional(),
    content_block: block.optional(),
    usage: usage.optional(),
    lloom: callFactsSchema.optional(),
  })
  .meta({ id: "MessageEvent", description: "An event of Anthropic's API; its other fields depend on its type" });

/** What `/openapi.json` says of POST /v1/messages. */
export const messageDescription: ApiDescription = {
  ...{ id: "createMessage", summary: "Answers in the form of Anthropic's API, for pay" },
  text: "For that API's clients, whose base URL is the gateway's without `/v1`.",
  ...{ body: messageSchema, whole, event, problem: messagesProblemSchema },
};
