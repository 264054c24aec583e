/**
 * Settings of an answer that came after the first ones. Each is absent where it asks for nothing, so that a request without them
 * hashes as it always did, and every setting has one form.
 */
import { z } from "zod";

const LARGEST_UINT32 = 0xffff_ffff;

/** Limits of what a request may ask for. */
export const SETTING_LIMITS = {
  /** Biased tokens, as OpenAI has it. */
  biases: 300,
  /** Characters of a schema. */
  schemaCharacters: 16_384,
  /** Calls in one answer. */
  toolCalls: 16,
  toolNameCharacters: 64,
} as const;

/** Bytes of the line of a vector: base64 of its float32 numbers, and LF. */
const lineBytes = (dimensions: number): number => 4 * Math.ceil((4 * dimensions) / 3) + 1;

const EMBEDDING_TEXTS = 16;
const EMBEDDING_DIMENSIONS = 8192;

/** Limits of a request for vectors: its answer has to fit into the reveals of a dispute, 1 MiB. */
export const EMBEDDING_LIMITS = {
  texts: EMBEDDING_TEXTS,
  dimensions: EMBEDDING_DIMENSIONS,
  /** Of the line of one vector, in base64. */
  lineBytes: lineBytes(EMBEDDING_DIMENSIONS),
  /** Of all of them. */
  answerBytes: EMBEDDING_TEXTS * lineBytes(EMBEDDING_DIMENSIONS),
} as const;

/** Added to or taken off a logit, thousandths; never 0. */
const milliLogits = (most: number) =>
  z
    .int()
    .min(-most)
    .max(most)
    .refine((value) => value !== 0, "must not be 0: leave it out");

const biasSchema = z.tuple([z.int().min(0).max(LARGEST_UINT32), milliLogits(100_000)]);

function isRising(biases: readonly z.infer<typeof biasSchema>[]): boolean {
  let last = -1;
  for (const [token] of biases) {
    if (token <= last) return false;
    last = token;
  }
  return true;
}

/** Names that a function may have, as OpenAI allows them. */
export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const toolUseSchema = z.object({
  /** `auto`: text, calls, or both; `required`: calls and nothing else. */
  choice: z.enum(["auto", "required"]),
  /** The one function that is called. */
  name: z.string().regex(TOOL_NAME).optional(),
  /** Calls at most. */
  most: z.int().min(1).max(SETTING_LIMITS.toolCalls),
});
/** How the functions of a conversation are called. */
export type ToolUse = z.infer<typeof toolUseSchema>;

/** The fields, for the schema of sampling parameters. */
export const answerSettings = {
  /** The upper 32 bits of a seed of 64, whose lower ones are `seed`. */
  seedHigh: z.int().min(1).max(LARGEST_UINT32).optional(),
  /** Tokens less likely than this share of the likeliest are not drawn. */
  minPMilli: z.int().min(1).max(1000).optional(),
  /** Taken off the logit of every token that the answer has already. */
  presencePenaltyMilli: milliLogits(2000).optional(),
  /** The same, once for each time. */
  frequencyPenaltyMilli: milliLogits(2000).optional(),
  /** What the logits of such tokens are divided by, or multiplied where they are negative. */
  repeatPenaltyMilli: z
    .int()
    .min(1)
    .max(10_000)
    .refine((value) => value !== 1000, "must not be 1000: leave it out")
    .optional(),
  /** Tokens by their number in the vocabulary, rising, with what is added to their logits. */
  logitBias: z.array(biasSchema).min(1).max(SETTING_LIMITS.biases).refine(isRising, "must rise by token").optional(),
  /** JSON Schema that the answer has to meet; only where the answer is JSON. */
  jsonSchema: z.string().min(2).max(SETTING_LIMITS.schemaCharacters).optional(),
  /** Present where functions may be called. */
  toolUse: toolUseSchema.optional(),
  /** Present where a vector of each message is asked for, and no answer; of so many numbers, if they are named. */
  embedding: z.object({ dimensions: z.int().min(1).max(EMBEDDING_DIMENSIONS).optional() }).optional(),
};

type Settings = z.infer<z.ZodObject<typeof answerSettings>>;

/** What one setting asks of another. */
export interface Together extends Settings {
  readonly temperatureMilli: number;
  readonly topPMilli: number;
  readonly topK: number;
  readonly seed?: number | undefined;
  readonly stop: readonly string[];
  readonly responseFormat: "text" | "json";
}

/** Why settings do not go together, or `undefined`. */
export function settingsProblem(settings: Together): string | undefined {
  const { seed, seedHigh, jsonSchema, responseFormat, toolUse, embedding } = settings;
  if (seedHigh !== undefined && seed === undefined) return "seedHigh needs seed";
  if (jsonSchema !== undefined && responseFormat !== "json") return "jsonSchema needs the response format json";
  if (toolUse !== undefined && responseFormat !== "text") return "toolUse needs the response format text";
  if (toolUse?.name !== undefined && toolUse.choice !== "required") return "a named function is required";
  return embedding !== undefined && isShaped(settings) ? "embedding goes beside nothing that shapes text" : undefined;
}

/** Whether anything is asked for that shapes text. */
function isShaped({ temperatureMilli, topPMilli, topK, seed, stop, responseFormat, ...later }: Together): boolean {
  if (temperatureMilli !== 0 || topPMilli !== 1000 || topK !== 0 || seed !== undefined) return true;
  if (stop.length > 0 || responseFormat !== "text") return true;
  const { embedding: _, ...shaping } = later;
  return Object.keys(answerSettings).some((name) => shaping[name as keyof typeof shaping] !== undefined);
}
