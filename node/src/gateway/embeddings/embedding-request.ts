import { EMBEDDING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { embeddingSampling, MOST_EMBEDDING_OUTBOUND } from "@lloom/protocol/form/embedding";
import { z } from "@lloom/protocol/zod";
import type { Asked } from "../asked.ts";
import { askedBy, askedFields } from "../fields/asked-fields.ts";
import { textField, wholeField } from "../fields/field-forms.ts";
import { type Fields, fieldsOf, isEmpty, isFalse, readFields, refuse, refuseUnknown } from "../fields/refusals.ts";

/** Texts to embed as asked, in the network's terms. */
export interface EmbeddingRequest extends Asked {
  readonly encoding: "float" | "base64";
}

/** Texts of one call, as OpenAI has it. */
const MOST_TEXTS = 2048;

const inputProblem = `must be text, or a list of 1 to ${MOST_TEXTS} texts, none of them empty`;
const inputText = textField.min(1, inputProblem);

/** What a body may hold, as `/openapi.json` tells it. */
export const embeddingSchema = z
  .object({
    model: askedFields.model,
    provider: askedFields.provider,
    input: z.union([inputText.transform((text) => [text]), z.array(inputText).min(1).max(MOST_TEXTS)], inputProblem),
    encoding_format: z.enum(["float", "base64"], "must be float or base64").default("float"),
    dimensions: wholeField(1, EMBEDDING_LIMITS.dimensions).optional(),
  })
  .meta({ id: "EmbeddingRequest" });

const HONOURED: ReadonlySet<string> = new Set(Object.keys(embeddingSchema.shape));
/** Another model's vectors lie in another space: none may stand in for the one that was asked. */
const NEUTRAL = { stream: isFalse, models: isEmpty };

/** Parses the body of POST /v1/embeddings. Throws as `parseChatRequest`. */
export function parseEmbeddingRequest(body: unknown): EmbeddingRequest {
  const fields = fieldsOf(body);
  refuseUnknown(fields, { honoured: HONOURED, neutral: NEUTRAL });
  refuseTokens(fields);
  const { input, encoding_format: encoding, dimensions, ...asked } = readFields(embeddingSchema, fields);
  return {
    ...askedBy({ ...asked, stream: false }),
    messages: input.map((content) => ({ role: "user", content })),
    sampling: embeddingSampling(dimensions),
    maxOutboundTokens: MOST_EMBEDDING_OUTBOUND,
    choices: Math.ceil(input.length / EMBEDDING_LIMITS.texts),
    encoding,
  };
}

function refuseTokens({ input }: Fields): void {
  if (!Array.isArray(input) || !input.flat().some((part) => typeof part === "number")) return;
  const next = "Send it as text: executors have tokenizers of their own. LangChain: check_embedding_ctx_length=False.";
  refuse("input", "input of token numbers", next);
}
