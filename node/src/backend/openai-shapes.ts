import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";

/** What servers of OpenAI's API answer, as far as it is needed; unknown fields are passed over. */

const count = z.int().min(0).max(0xffff_ffff);

/** A line of GET /models. Servers tell the context's size under different names, or not at all. */
const modelSchema = z.object({
  id: z
    .string()
    .min(1)
    .refine((id) => Buffer.byteLength(id) <= WIRE_LIMITS.modelNameBytes),
  /** vLLM. */
  max_model_len: count.optional().catch(undefined),
  /** OpenRouter. */
  context_length: count.optional().catch(undefined),
  /** llama-server. */
  meta: z.object({ n_ctx: count.optional(), n_ctx_train: count.optional() }).optional().catch(undefined),
  /** "vllm", "llamacpp", "library" (Ollama) ... */
  owned_by: z.string().optional().catch(undefined),
  /** Together, LM Studio: "chat", "llm", "embedding", "image" ... */
  type: z.string().optional().catch(undefined),
  /** Mistral. */
  capabilities: z.object({ completion_chat: z.boolean().optional() }).optional().catch(undefined),
});
export type ServedModel = z.infer<typeof modelSchema>;

/** Tokens of context that a server tells for a model. */
export const contextOf = (model: ServedModel): number | undefined =>
  model.max_model_len ?? model.context_length ?? model.meta?.n_ctx ?? model.meta?.n_ctx_train;

/** What a model is for, by the usual words in its name, where the server says nothing; experience tells the rest. */
const NO_CHAT_WORDS = [
  "embed(ding|dings|der)? rerank(er)? bge gte gtr e5 t5 minilm multi-qa paraphrase voyage colbert(v[0-9])?",
  "whisper tts kokoro transcribe audio realtime moderation guard",
  "dall-e image imagen diffusion sdxl flux sora veo davinci babbage",
].flatMap((words) => words.split(" "));
const NO_CHAT_NAME = new RegExp(`(^|[^a-z])(${NO_CHAT_WORDS.join("|")})([^a-z]|$)`, "i");
const NO_CHAT_TYPE = /embed|rerank|image|audio|moderation|transcri/i;

/** Whether a model answers conversations, as far as the server or its name tells. */
export function isChatModel({ id, type, capabilities }: ServedModel): boolean {
  if (capabilities?.completion_chat !== undefined) return capabilities.completion_chat;
  return type === undefined ? !NO_CHAT_NAME.test(id) : !NO_CHAT_TYPE.test(type);
}

const EMBEDDING_NAME = /(^|[^a-z])(embed(ding|dings|der)?|bge|gte|gtr|e5|minilm|multi-qa|paraphrase|voyage)([^a-z]|$)/i;
const RERANKS = /rerank/i;

/** Whether a model makes vectors of texts, as far as the server or its name tells; such a model answers no conversation. */
export function isEmbeddingModel(model: ServedModel): boolean {
  if (isChatModel(model) || RERANKS.test(model.type ?? model.id)) return false;
  return model.type === undefined ? EMBEDDING_NAME.test(model.id) : /embed/i.test(model.type);
}

/** The answer of POST /embeddings. Numbers alone: not every server gives base64. */
export const embeddingsSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1) })),
  usage: z.object({ prompt_tokens: count }),
});

/** The answer of GET /models; entries that cannot be offered are left out. */
export const modelListSchema = z.object({
  data: z
    .array(modelSchema.nullable().catch(null))
    .max(10_000)
    .transform((models) => models.filter((model) => model !== null)),
});

/** How likely a token was. `id` is llama-server's. */
const oddsSchema = z.object({
  token: z.string(),
  /** Minus infinity has no number in JSON. */
  logprob: z.number().nullable(),
  bytes: z.array(z.int().min(0).max(255)).nullish(),
  id: count.nullish(),
});
export type ServedOdds = z.infer<typeof oddsSchema>;

const writtenSchema = oddsSchema.extend({ top_logprobs: z.array(oddsSchema).nullish() });
/** A token of the answer, with the likeliest at its place. */
export type WrittenOdds = z.infer<typeof writtenSchema>;

/** A piece of a call of a function; its name comes once, its arguments in pieces. */
const callPartSchema = z.object({
  index: z.int().min(0).max(127).optional(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
export type CallPart = z.infer<typeof callPartSchema>;

/** One chunk of a streamed chat completion. */
export const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish(), tool_calls: z.array(callPartSchema).nullish() }).nullish(),
        finish_reason: z.string().nullish(),
        /** What has another shape is none: the text is what counts. */
        logprobs: z
          .object({ content: z.array(writtenSchema).nullish() })
          .nullish()
          .catch(undefined),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish(),
  error: z.unknown().optional(),
});
export type ChatChunk = z.infer<typeof chunkSchema>;

/** Short names in an error's body; its sentences are left out, since they may quote the prompt. */
const word = z
  .string()
  .regex(/^[\w.:-]{1,64}$/)
  .optional()
  .catch(undefined);
export const errorSchema = z.object({ error: z.object({ code: word, type: word }) });
