import { z } from "@lloom/protocol/zod";

const units = z.string().regex(/^\d+$/);

/** GET /v1/key. */
export const keySchema = z
  .object({
    data: z.object({
      label: z.string(),
      ...{ limit: z.number().nullable(), limit_remaining: z.number().nullable() },
      limit_reset: z.enum(["daily", "monthly"]).nullable(),
      usage: z.number().nullable(),
      expires_at: z.string().nullable(),
      rate_limit: z.object({ requests: z.int(), interval: z.literal("60s") }).nullable(),
      lloom: z.object({
        ...{ token: z.string(), decimals: z.int(), models: z.array(z.string()).nullable() },
        ...{ spent: units, held: units, budget: units.nullable(), left: units.nullable() },
        resets_at: z.string().nullable(),
      }),
    }),
  })
  .meta({ id: "Key", description: "In the fields of OpenRouter's route of that name; under `lloom` in base units" });

/** GET /v1/usage. */
export const usageListSchema = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        ...{ date: z.string(), model: z.string(), requests: z.int() },
        ...{ prompt_tokens: z.int(), completion_tokens: z.int(), cost: units, amount: z.string() },
      }),
    ),
    ...{ token: z.string(), decimals: z.int() },
  })
  .meta({ id: "UsageList" });
