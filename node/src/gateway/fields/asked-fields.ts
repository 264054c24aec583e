import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { REFERENCE_BYTES } from "../../client/check/model-reference.ts";
import type { Asked, FallbackModel } from "../asked.ts";
import { flagField } from "./field-forms.ts";
import { preferenceOf, providerField, sortedModel } from "./provider-field.ts";

const modelProblem = `must be the name of a model, 1 to ${WIRE_LIMITS.modelNameBytes} characters, or NAME@sha256:DIGITS`;

/** Longest ending of a name that says how to sort. */
const SUFFIX_BYTES = 6;

export const modelField = z
  .string(modelProblem)
  .min(1, modelProblem)
  .max(WIRE_LIMITS.modelNameBytes + REFERENCE_BYTES + SUFFIX_BYTES, modelProblem);

/** Fields of every route that answers: which model, whom from, and how it is sent. */
export const askedFields = {
  model: modelField,
  stream: flagField.default(false),
  stream_options: z
    .object({ include_usage: flagField.nullish() }, "must be an object such as { include_usage: true }")
    .optional(),
  provider: providerField.optional(),
};
type AskedFields = z.infer<z.ZodObject<typeof askedFields>>;

type AskedOf = Pick<Asked, "model" | "preference" | "maxPrice" | "stream" | "verification" | "demands">;

/** A model as its name and the request's provider ask for it. */
export function modelAsked(name: string, provider: AskedFields["provider"]): FallbackModel {
  const { model, sort } = sortedModel(name);
  const preference = preferenceOf(provider, sort);
  return { model, ...(preference && { preference }) };
}

/** The same in the network's terms. */
export function askedBy({ model, stream, provider }: AskedFields): AskedOf {
  const { prompt, completion } = provider?.max_price ?? {};
  return {
    ...modelAsked(model, provider),
    ...(provider?.max_price && { maxPrice: { prompt: prompt ?? undefined, completion: completion ?? undefined } }),
    stream,
    verification: provider?.verify ?? undefined,
    demands: { minReputation: provider?.min_reputation ?? undefined, minStake: provider?.min_stake ?? undefined },
  };
}
