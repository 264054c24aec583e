import type { Sampling } from "@lloom/protocol/messages";
import { TRACE_LIKELIEST } from "@lloom/protocol/trace";
import type { Completion } from "./backend.ts";
import { openAiConversation } from "./openai-tools.ts";

/** The body of POST /chat/completions, with log probabilities or without. */
export function chatBody(
  { model, messages, sampling, maxOutboundTokens }: Completion,
  withLogprobs: boolean,
): Record<string, unknown> {
  const { temperatureMilli, topPMilli, topK, stop } = sampling;
  return {
    model,
    ...openAiConversation(messages),
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: maxOutboundTokens,
    temperature: temperatureMilli / 1000,
    top_p: topPMilli / 1000,
    /** Not OpenAI's: sent only when asked for, as some servers refuse it. */
    ...(topK > 0 && { top_k: topK }),
    ...(stop.length > 0 && { stop }),
    ...(withLogprobs && { logprobs: true, top_logprobs: TRACE_LIKELIEST }),
    ...seedOf(sampling),
    ...shapeOf(sampling),
    ...formOf(
      sampling,
      messages.some(({ role }) => role === "tools"),
    ),
  };
}

/** A seed of 64 bits in all its digits, which are more than a number here has. */
function seedOf({ seed, seedHigh = 0 }: Sampling): Record<string, unknown> {
  if (seed === undefined) return {};
  if (seedHigh === 0) return { seed };
  const whole = BigInt.asIntN(64, (BigInt(seedHigh) << 32n) | BigInt(seed));
  return { seed: (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(whole.toString()) };
}

/** What shapes the distribution. Servers have two names for one penalty. */
function shapeOf(sampling: Sampling): Record<string, unknown> {
  const { minPMilli, presencePenaltyMilli, frequencyPenaltyMilli, repeatPenaltyMilli, logitBias } = sampling;
  const penalty = repeatPenaltyMilli === undefined ? undefined : repeatPenaltyMilli / 1000;
  return {
    ...(minPMilli !== undefined && { min_p: minPMilli / 1000 }),
    ...(presencePenaltyMilli !== undefined && { presence_penalty: presencePenaltyMilli / 1000 }),
    ...(frequencyPenaltyMilli !== undefined && { frequency_penalty: frequencyPenaltyMilli / 1000 }),
    ...(penalty !== undefined && { repeat_penalty: penalty, repetition_penalty: penalty }),
    ...(logitBias && { logit_bias: Object.fromEntries(logitBias.map(([token, milli]) => [token, milli / 1000])) }),
  };
}

/** What form the answer has. */
function formOf({ responseFormat, jsonSchema, toolUse }: Sampling, hasTools: boolean): Record<string, unknown> {
  if (jsonSchema !== undefined) {
    const schema = { name: "answer", strict: true, schema: JSON.parse(jsonSchema) };
    return { response_format: { type: "json_schema", json_schema: schema } };
  }
  if (responseFormat === "json") return { response_format: { type: "json_object" } };
  if (toolUse === undefined) return hasTools ? { tool_choice: "none" } : {};
  const { choice, name, most } = toolUse;
  return {
    tool_choice: name === undefined ? choice : { type: "function", function: { name } },
    parallel_tool_calls: most > 1,
  };
}
