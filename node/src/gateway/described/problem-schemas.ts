import { z } from "@lloom/protocol/zod";

const lloomCode = z.string().meta({ description: "The network's own word for the failure, such as NO_EXECUTOR" });
const param = z.string().nullable().meta({ description: "The field that is wrong, such as messages[0].content" });
const message = z.string().meta({ description: "What is wrong, and what to do" });

/** A failure in OpenAI's shape (`http-problem.ts`). */
export const problemSchema = z
  .object({
    error: z.object({
      ...{ message, type: z.string(), param },
      code: z.string().meta({ description: "OpenAI's word for the failure where it has one" }),
      lloom_code: lloomCode,
    }),
  })
  .meta({ id: "Problem", description: "A failure in OpenAI's shape" });

/** A failure in the shape of Anthropic's API (`messages/message-problem.ts`). */
export const messagesProblemSchema = z
  .object({
    type: z.literal("error"),
    error: z.object({ type: z.string(), message, param, lloom_code: lloomCode }),
  })
  .meta({ id: "MessagesProblem", description: "A failure in the shape of Anthropic's API" });
