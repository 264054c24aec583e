import { z } from "@lloom/protocol/zod";
import { pageSchema } from "../files/file-schemas.ts";

const at = z.int().nullable();
const count = z.int();
const units = z.string().regex(/^\d+$/).meta({ description: "Base units of the token of payment, decimal" });
const price = z.union([z.string(), z.number()]).optional();

/** A batch (`batch-object.ts`). */
export const batchObjectSchema = z
  .object({
    ...{ id: z.string(), object: z.literal("batch"), endpoint: z.string() },
    status: z.enum([
      ...(["validating", "in_progress", "finalizing", "cancelling"] as const),
      ...(["failed", "completed", "expired", "cancelled"] as const),
    ]),
    input_file_id: z.string(),
    errors: z
      .object({
        object: z.literal("list"),
        data: z.array(
          z.object({
            ...{ code: z.string(), message: z.string() },
            ...{ param: z.string().nullable(), line: z.int().nullable() },
          }),
        ),
      })
      .nullable(),
    completion_window: z.string(),
    ...{ output_file_id: z.string().nullable(), error_file_id: z.string().nullable() },
    ...{ created_at: z.int(), in_progress_at: at, expires_at: z.int(), finalizing_at: at, completed_at: at },
    ...{ failed_at: at, expired_at: at, cancelling_at: at, cancelled_at: at },
    request_counts: z.object({ total: count, completed: count, failed: count }),
    usage: z.object({
      ...{ input_tokens: count, input_tokens_details: z.object({ cached_tokens: count }) },
      ...{ output_tokens: count, output_tokens_details: z.object({ reasoning_tokens: count }) },
      total_tokens: count,
    }),
    metadata: z.record(z.string(), z.string()).nullable(),
    lloom: z.object({
      ...{ cost: units, amount: z.string(), token: z.string() },
      max_price: z.object({ prompt: price, completion: price }).nullable(),
    }),
  })
  .meta({ id: "Batch", description: "Calls in a file, how far they are, and under `lloom` what they have cost" });

/** GET /v1/batches. */
export const batchListSchema = pageSchema(batchObjectSchema).meta({ id: "BatchList" });
