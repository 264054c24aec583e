import { formatAmount } from "@lloom/protocol/amounts";
import { worstCost } from "@lloom/protocol/lane";
import { mostInboundTokens, usualInboundTokens } from "@lloom/protocol/token-bounds";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { modelField } from "../fields/asked-fields.ts";
import { textField } from "../fields/field-forms.ts";
import { maxTokensField, messagesOf } from "./question-fields.ts";
import { asTool } from "./tool.ts";

/** What a question would cost, before it is asked. */
export const quoteTool = asTool({
  ...{ name: "quote", title: "Quote a question", tags: ["prices"], isPaid: false, isOffline: false },
  description:
    "What a question would cost at the cheapest executor of a model: about, if the answer uses all of max_tokens, and the most that such a request is signed for, which is a good max_cost for ask. Free; nothing is asked.",
  input: z.strictObject({
    model: modelField,
    prompt: textField,
    system: textField.optional(),
    max_tokens: maxTokensField,
  }),
  output: z.object({
    model: z.string(),
    token: z.string(),
    about: z.string().meta({ description: "Tokens of payment, if the answer uses all of max_tokens" }),
    most: z.string().meta({ description: "The most that a request at these prices is signed for" }),
    prompt_tokens: z.object({ about: z.int(), most: z.int() }),
    completion_tokens: z.object({ most: z.int() }),
    prompt_price: z.string().meta({ description: "Tokens of payment for 1 000 000 tokens" }),
    completion_price: z.string(),
    executors: z.int().meta({ description: "How many offer the model; some may ask more than the cheapest" }),
  }),
  run: async ({ model, max_tokens: asked, ...question }, { client, deployment: { token } }) => {
    const offered = await client.model(model);
    if (offered === undefined)
      throw new LloomError("MODEL_NOT_FOUND", `No executor offers the model "${model}" now.`, {
        next: "Call the tool models.",
      });
    const { inboundPrice, outboundPrice, executors } = offered;
    const messages = messagesOf(question);
    const prompt = { about: usualInboundTokens(messages), most: mostInboundTokens(messages) };
    const maxOutboundTokens = BigInt(Math.min(asked, Number(offered.maxContext)));
    const cost = (maxInboundTokens: bigint): string =>
      formatAmount(worstCost({ maxInboundTokens, maxOutboundTokens, inboundPrice, outboundPrice }), token.decimals);
    const price = (units: bigint): string => formatAmount(units, token.decimals);
    const [about, most] = [cost(prompt.about), cost(prompt.most)];
    return {
      text: [
        `About ${about} ${token.symbol}, at most ${most} ${token.symbol} at the cheapest of ${executors} executors.`,
      ],
      data: {
        ...{ model, token: token.symbol, about, most, executors },
        prompt_tokens: { about: Number(prompt.about), most: Number(prompt.most) },
        completion_tokens: { most: Number(maxOutboundTokens) },
        ...{ prompt_price: price(inboundPrice), completion_price: price(outboundPrice) },
      },
    };
  },
});
