import { z } from "@lloom/protocol/zod";

const price = z.string().regex(/^\d+$/);
const market = {
  executors: z.int(),
  inboundPrice: price.meta({ description: "The cheapest, base units per 1 000 000 tokens of the prompt" }),
  outboundPrice: price.meta({ description: "The cheapest, base units per 1 000 000 tokens of the answer" }),
  maxContext: z.int(),
};

const validity = z.object({ valid: z.int(), invalid: z.int() });

/** A model (`model-object.ts`). */
export const modelSchema = z
  .object({
    ...{ id: z.string(), object: z.literal("model"), created: z.int(), owned_by: z.literal("lloom"), name: z.string() },
    ...{ context_length: z.int(), max_output_length: z.int(), quantization: z.string().nullable() },
    ...{ input_modalities: z.array(z.string()), output_modalities: z.array(z.string()) },
    ...{ supported_sampling_parameters: z.array(z.string()), supported_features: z.array(z.string()) },
    pricing: z
      .object({ prompt: z.string(), completion: z.string() })
      .optional()
      .meta({ description: "Dollars per token, where the token of payment is one" }),
    lloom: z.object({
      ...market,
      ...{ token: z.string(), decimals: z.int() },
      weights: z
        .array(
          z.object({
            sha256: z.string().nullable(),
            precision: z.string().optional(),
            ...{ executors: z.int(), stake: z.string(), inboundPrice: price, outboundPrice: price },
            maxContext: z.int(),
          }),
        )
        .meta({ description: "Those that the name stands for first; asked for as NAME@sha256:DIGITS" }),
      features: z.array(z.string()),
      validity: z.object({ toolCalls: validity, schemas: validity }).optional().meta({
        description: "How many answers to this gateway had the form that was asked for, and how many had not",
      }),
      conversations: z.boolean().meta({ description: "It answers conversations, and makes not only vectors" }),
    }),
  })
  .meta({ id: "Model" });

export const modelListSchema = z
  .object({ object: z.literal("list"), data: z.array(modelSchema) })
  .meta({ id: "ModelList" });
