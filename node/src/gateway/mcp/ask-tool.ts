import { shownAmount } from "@lloom/protocol/amounts";
import { z } from "@lloom/protocol/zod";
import { type Answered, type AskEvent, paidFor } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import { lloomFacts } from "../answer-facts.ts";
import type { Asked } from "../asked.ts";
import { factsSchema } from "../described/fact-schemas.ts";
import { askedBy, modelField } from "../fields/asked-fields.ts";
import { numberField, textField } from "../fields/field-forms.ts";
import { amountField, providerField } from "../fields/provider-field.ts";
import { samplingFields, samplingOf } from "../fields/sampling-fields.ts";
import { maxTokensField, messagesOf } from "./question-fields.ts";
import { asTool } from "./tool.ts";

const input = z.strictObject({
  model: modelField.meta({
    description: "A name that the tool models lists, or NAME@sha256:DIGITS for exactly those weights",
  }),
  prompt: textField.meta({ description: "The question" }),
  system: textField.optional().meta({ description: "Instructions before it" }),
  max_tokens: maxTokensField,
  max_cost: amountField.optional().meta({
    description:
      "Most that this question may cost in all, in tokens of payment, such as 0.01; the tool quote says what to expect",
  }),
  temperature: numberField(0, 2).default(1),
  seed: samplingFields.seed,
  stop: samplingFields.stop,
  provider: providerField.optional(),
});

/** A paid question. */
export const askTool = asTool({
  ...{
    name: "ask",
    title: "Ask a model, for pay",
    tags: ["inference", "llm", "receipts"],
    isPaid: true,
    isOffline: false,
  },
  description:
    "Asks a model a question and pays the executor that answers. Gives the text, what it cost, and a receipt that both have signed. Costs money: name max_cost to limit it; a question that could cost more is not asked.",
  input,
  output: z.object({
    text: z.string(),
    model: z.string(),
    finish_reason: z.enum(["stop", "length", "cancelled"]),
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    lloom: factsSchema,
  }),
  run: async (asked, { ask, deployment }) => {
    const { text, end } = await wholeAnswer(ask(questionOf(asked)));
    const { executor, inboundTokens, outboundTokens, finishReason } = end;
    const paid = shownAmount(paidFor(end), deployment.token);
    return {
      text: [text, `Paid ${paid} to ${executor}, for ${inboundTokens} + ${outboundTokens} tokens.`],
      data: {
        ...{ text, model: asked.model, finish_reason: finishReason },
        ...{ prompt_tokens: inboundTokens, completion_tokens: outboundTokens },
        lloom: { ...lloomFacts(end, deployment) },
      },
    };
  },
});

function questionOf({
  model,
  prompt,
  system,
  max_tokens,
  max_cost,
  temperature,
  seed,
  stop,
  provider,
}: z.infer<typeof input>): Asked {
  const drawn = { temperature, seed, stop, top_p: 1, top_k: 0 };
  return {
    ...askedBy({ model, stream: false, provider }),
    messages: messagesOf({ prompt, system }),
    sampling: { ...samplingOf(drawn), responseFormat: "text" },
    maxOutboundTokens: max_tokens,
    choices: 1,
    maxCost: max_cost,
  };
}

async function wholeAnswer(
  events: AsyncIterable<AskEvent>,
): Promise<{ readonly text: string; readonly end: Answered }> {
  let text = "";
  let end: Answered | undefined;
  for await (const event of events) {
    if (event.type === "text") text += event.text;
    if (event.type === "end") end = event;
  }
  if (end === undefined) throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
  if (end.finishReason === "failed")
    throw new LloomError("BACKEND_FAILED", "The executor could not answer; it costs nothing.");
  return { text, end };
}
