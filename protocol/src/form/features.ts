/** What an executor has to be able to do for a request, beside answering at all. Profiles name what a backend can. */
import type { ChatMessage, Sampling } from "../messages.ts";

/** What a backend can do that answers conversations. */
export const CHAT_FEATURES = [
  "seed64",
  "min_p",
  "penalties",
  "repeat_penalty",
  "logit_bias",
  "json_schema",
  "tools",
] as const;

/** Words of a profile's `features`. Who does not know one of them cannot be asked for it. */
export const FEATURES = [...CHAT_FEATURES, "embedding", "embedding_dimensions"] as const;
export type Feature = (typeof FEATURES)[number];

/** What this asks for, in the order of `FEATURES`. */
export function featuresNeeded(sampling: Sampling, messages: readonly ChatMessage[]): Feature[] {
  const asked: Readonly<Record<Feature, boolean>> = {
    seed64: sampling.seedHigh !== undefined,
    min_p: sampling.minPMilli !== undefined,
    penalties: sampling.presencePenaltyMilli !== undefined || sampling.frequencyPenaltyMilli !== undefined,
    repeat_penalty: sampling.repeatPenaltyMilli !== undefined,
    logit_bias: sampling.logitBias !== undefined,
    json_schema: sampling.jsonSchema !== undefined,
    tools: sampling.toolUse !== undefined || messages.some(({ role }) => role === "tools" || role === "tool"),
    embedding: sampling.embedding !== undefined,
    embedding_dimensions: sampling.embedding?.dimensions !== undefined,
  };
  return FEATURES.filter((feature) => asked[feature]);
}

/** What of it is lacking, or `undefined`. */
export const featureLacking = (
  needed: readonly string[],
  features: readonly string[] | undefined,
): string | undefined => needed.find((feature) => features?.includes(feature) !== true);
