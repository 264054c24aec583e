import { readForm } from "@lloom/protocol/form/answer-form";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { featureLacking, featuresNeeded } from "@lloom/protocol/form/features";
import { type ChatMessage, type Sampling, unknownParameter } from "@lloom/protocol/messages";
import { promisedBy } from "@lloom/protocol/profile";
import { LloomError } from "../../errors.ts";

/** Throws UNSUPPORTED for a parameter that is not known here: it stands in no hash that could be checked, and may change the answer. */
export function refuseUnknown(sampling: Sampling): void {
  const unknown = unknownParameter(sampling);
  if (unknown !== undefined)
    throw new LloomError("UNSUPPORTED", `This executor does not know the parameter ${unknown}.`);
}

interface Asked {
  readonly sampling: Sampling;
  readonly messages: readonly ChatMessage[];
}

/**
 * What cannot be done here is refused: an answer without it would be another one than was asked for. Throws UNSUPPORTED, and
 * REQUEST_INVALID for functions that make no sense.
 */
export function checkSettings({ sampling, messages }: Asked, profile: string | undefined): void {
  const { features, conversations } = promisedBy({ profile });
  if (conversations === false && !isEmbedding(sampling))
    throw new LloomError("UNSUPPORTED", "This model makes vectors of texts here, and answers no conversation.", {
      next: "Ask it for vectors (POST /v1/embeddings), or ask another model.",
    });
  const lacking = featureLacking(featuresNeeded(sampling, messages), features);
  if (lacking !== undefined)
    throw new LloomError("UNSUPPORTED", `This executor's profile does not have the feature ${lacking}.`);
  readForm(sampling, messages);
}
