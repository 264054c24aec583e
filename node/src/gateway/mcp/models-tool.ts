import { formatAmount } from "@lloom/protocol/amounts";
import { z } from "@lloom/protocol/zod";
import { plainNames } from "../described/plain-name.ts";
import { asTool } from "./tool.ts";

const MOST_LISTED = 200;
const USUAL_LISTED = 50;
const LONGEST_PART = 200;

/** What can be asked for, and what it costs. */
export const modelsTool = asTool({
  ...{ name: "models", title: "List models", tags: ["models", "prices"], isPaid: false, isOffline: false },
  description:
    "The models that executors offer now, each with its cheapest prices for 1 000 000 tokens, and its context. Free.",
  input: z.strictObject({
    contains: z.string().max(LONGEST_PART).optional().meta({ description: "Only models whose names contain this" }),
    limit: z.int().min(1).max(MOST_LISTED).default(USUAL_LISTED),
  }),
  output: z.object({
    token: z.string(),
    models: z.array(
      z.object({
        model: z.string(),
        executors: z.int(),
        prompt_price: z.string().meta({ description: "Tokens of payment for 1 000 000 tokens of the prompt" }),
        completion_price: z.string().meta({ description: "The same for the answer" }),
        context: z.int(),
        features: z.array(z.string()),
        answers: z.boolean().meta({ description: "ask can ask it; else it only makes vectors of texts" }),
      }),
    ),
    total: z.int().meta({ description: "How many there are, listed or not" }),
  }),
  run: async ({ contains = "", limit }, { client, deployment: { token }, maySee }) => {
    const usable = plainNames(await client.models()).filter(
      (summary) => summary.model.includes(contains) && maySee(summary),
    );
    const price = (units: bigint): string => formatAmount(units, token.decimals);
    const models = usable
      .slice(0, limit)
      .map(({ model, executors, inboundPrice, outboundPrice, maxContext, features, conversations }) => ({
        ...{ model, executors, prompt_price: price(inboundPrice), completion_price: price(outboundPrice) },
        ...{ context: Number(maxContext), features: [...(features ?? [])], answers: conversations ?? true },
      }));
    const lines = models.map(
      (one) =>
        `${one.model}: ${one.prompt_price} and ${one.completion_price} ${token.symbol} per 1 000 000 tokens of prompt and answer, context ${one.context}`,
    );
    const text = lines.length === 0 ? "No executor offers such a model now." : lines.join("\n");
    return { text: [text], data: { token: token.symbol, models, total: usable.length } };
  },
});
