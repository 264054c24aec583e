import { z } from "@lloom/protocol/zod";
import type { ApiDescription } from "../api.ts";
import { callFactsSchema } from "../described/fact-schemas.ts";
import { embeddingSchema } from "./embedding-request.ts";

const whole = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        ...{ object: z.literal("embedding"), index: z.int() },
        embedding: z
          .union([z.array(z.number()), z.string()])
          .meta({ description: "Numbers, or as base64 the bytes of 32-bit floats" }),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
    lloom: callFactsSchema,
  })
  .meta({ id: "EmbeddingList" });

/** What `/openapi.json` says of POST /v1/embeddings. */
export const embeddingDescription: ApiDescription = {
  ...{ id: "createEmbedding", summary: "Makes vectors of texts, for pay" },
  text: "Paid by the tokens of the texts alone. Vectors come whole, in the order of their texts.",
  ...{ body: embeddingSchema, whole },
};
