import { z } from "@lloom/protocol/zod";

const price = z.string();

/** What chain, network and audits say of an executor. Amounts are in tokens of payment, decimal. */
export const executorFactsSchema = z.object({
  address: z.string(),
  role: z.string().meta({ description: "executor, validator, or none: never registered, or left" }),
  active: z.boolean().meta({ description: "It has at least the least stake of its role, and is not in jail" }),
  stake: z.string(),
  token: z.string(),
  cheated: z
    .boolean()
    .meta({ description: "A jury found in the last thirty days that it cheated, or it admitted that" }),
  settled_answers: z.string().meta({ description: "Answers of it that the chain has settled, ever" }),
  offers: z
    .array(
      z.object({
        model: z.string(),
        prompt_price: price,
        completion_price: price,
        context: z.int(),
        weights: z.string(),
      }),
    )
    .meta({ description: "What it offers now, with prices for 1 000 000 tokens" }),
  reputation: z
    .object({
      grade: z.enum(["A", "B", "C", "newcomer"]),
      trust: z.number(),
      passes: z.object({ least: z.number(), most: z.number() }),
      epoch: z.string(),
    })
    .nullable()
    .meta({ description: "Computed from the chain's events; trust and shares of audits from 0 to 1" }),
  reputation_unknown: z.string().optional().meta({ description: "Why no reputation is told" }),
});

export type ExecutorFacts = z.infer<typeof executorFactsSchema>;
