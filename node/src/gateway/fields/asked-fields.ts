import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { REFERENCE_BYTES } from "../../client/check/model-reference.ts";
import { verificationForm } from "../../client/check/verification-form.ts";
import type { Asked } from "../asked.ts";
import { flagField, numberField } from "./field-forms.ts";

/** In tokens; a number loses digits, and is taken for what it reads as. */
const amount = z
  .union([z.string(), z.number()], 'must be an amount such as "100"')
  .transform(String)
  .refine((given) => /^\d{1,12}(\.\d{1,18})?$/.test(given), 'must be an amount such as "100"');
const modelProblem = `must be the name of a model, 1 to ${WIRE_LIMITS.modelNameBytes} characters, or NAME@sha256:DIGITS`;

/** Fields of every route that answers: which model, whom from, and how it is sent. */
export const askedFields = {
  model: z
    .string(modelProblem)
    .min(1, modelProblem)
    .max(WIRE_LIMITS.modelNameBytes + REFERENCE_BYTES, modelProblem),
  stream: flagField.default(false),
  stream_options: z
    .object({ include_usage: flagField.nullish() }, "must be an object such as { include_usage: true }")
    .optional(),
  provider: z
    .object(
      { min_reputation: numberField(0, 1).nullish(), min_stake: amount.nullish(), verify: verificationForm.nullish() },
      "must be an object such as { min_reputation: 0.4 }",
    )
    .optional(),
};
type AskedFields = z.infer<z.ZodObject<typeof askedFields>>;

/** The same in the network's terms. */
export const askedBy = ({
  model,
  stream,
  provider,
}: AskedFields): Pick<Asked, "model" | "stream" | "verification" | "demands"> => ({
  model,
  stream,
  verification: provider?.verify ?? undefined,
  demands: { minReputation: provider?.min_reputation ?? undefined, minStake: provider?.min_stake ?? undefined },
});
