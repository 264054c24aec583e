import { type ChatMessage, WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { REFERENCE_BYTES } from "../client/check/model-reference.ts";
import type { Verification } from "../client/check/verification.ts";
import { verificationForm } from "../client/check/verification-form.ts";
import { invalidField } from "./http-problem.ts";
import { refuseUnsupported } from "./request-fields.ts";

/** A chat completion as asked, in the network's terms. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: ChatMessage[];
  readonly sampling: {
    readonly temperatureMilli: number;
    readonly topPMilli: number;
    readonly topK: number;
    readonly seed?: number;
    readonly stop: string[];
    readonly responseFormat: "text" | "json";
  };
  /** Undefined: the gateway's default. */
  readonly maxOutboundTokens: number | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** How far the answer is checked, if the request says so. */
  readonly verification?: Verification | undefined;
  /** Of whoever answers; the stake in tokens of payment. */
  readonly demands: { readonly minReputation?: number | undefined; readonly minStake?: string | undefined };
}

const text = z
  .string("must be text")
  .refine((value) => value.isWellFormed(), "must be well-formed: it has half of a surrogate pair");
/** What is wrong gets the same sentence, whatever is wrong with it. */
const whole = (minimum: number, maximum: number) => {
  const problem = `must be a whole number from ${minimum} to ${maximum}`;
  return z.int(problem).min(minimum, problem).max(maximum, problem);
};
const number = (minimum: number, maximum: number) => {
  const problem = `must be a number from ${minimum} to ${maximum}`;
  return z.number(problem).min(minimum, problem).max(maximum, problem);
};
const flag = z.boolean("must be true or false");
const maxTokens = whole(1, Number.MAX_SAFE_INTEGER).optional();
/** In tokens; a number loses digits, and is taken for what it reads as. */
const amount = z
  .union([z.string(), z.number()], 'must be an amount such as "100"')
  .transform(String)
  .refine((given) => /^\d{1,12}(\.\d{1,18})?$/.test(given), 'must be an amount such as "100"');
const seedProblem = "must be a whole number of 64 bits";
const stopProblem = "must be a string of 1 to 256 characters, or up to 4 of them";
const stopString = text.min(1, stopProblem).max(256, stopProblem);
const contentProblem = "must be a string or a list of text parts";
const textPart = z.object({ type: z.literal("text", "must be text"), text }, "must be a text part");
const modelProblem = `must be the name of a model, 1 to ${WIRE_LIMITS.modelNameBytes} characters, or NAME@sha256:DIGITS`;
const messagesProblem = `must be a list of 1 to ${WIRE_LIMITS.messages} messages`;

const content = z.union([text, z.array(textPart, contentProblem).min(1, contentProblem)], contentProblem);
/** What an assistant said, or would not say. */
const answerPart = z.union(
  [
    textPart,
    z
      .object({ type: z.literal("refusal"), refusal: text })
      .transform(({ refusal }) => ({ type: "text" as const, text: refusal })),
  ],
  "must be a part of text or of a refusal",
);
const answerContent = z.union([text, z.array(answerPart, contentProblem)], contentProblem);
const roleProblem = "must be system, developer, user or assistant";

const messageSchema = z.discriminatedUnion(
  "role",
  [
    /** OpenAI renamed its system role. */
    z.object({ role: z.enum(["system", "developer"]).transform(() => "system" as const), content }),
    z.object({ role: z.literal("user"), content }),
    /** A turn that said nothing comes back without content, one that refused with the words of its refusal. */
    z
      .object({ role: z.literal("assistant"), content: answerContent.nullish(), refusal: text.nullish() })
      .transform(({ role, content, refusal }) => ({
        role,
        content: [content ?? "", refusal ?? ""].map(joinParts).filter(Boolean).join("\n"),
      })),
  ],
  {
    error: ({ input }) =>
      typeof input === "object" && input !== null && "role" in input
        ? roleProblem
        : "must be an object with role and content",
  },
);

const chatSchema = z.object({
  model: z
    .string(modelProblem)
    .min(1, modelProblem)
    .max(WIRE_LIMITS.modelNameBytes + REFERENCE_BYTES, modelProblem),
  messages: z.array(messageSchema, messagesProblem).min(1, messagesProblem).max(WIRE_LIMITS.messages, messagesProblem),
  max_tokens: maxTokens,
  max_completion_tokens: maxTokens,
  temperature: number(0, 2).default(1),
  top_p: number(0, 1).default(1),
  /** Not OpenAI's, but most servers'. Off is 0 with some, -1 with others. */
  top_k: whole(-1, 1_000_000)
    .transform((given) => Math.max(0, given))
    .default(0),
  /** Of OpenAI's 64 bits the network signs 32: what counts is that the same seed is the same again. */
  seed: z
    .number(seedProblem)
    .refine((value) => Number.isInteger(value) && value >= -(2 ** 63) && value <= 2 ** 64, seedProblem)
    .transform((value) => Number(BigInt.asUintN(32, BigInt(value))))
    .optional(),
  stop: z
    .union([stopString.transform((one) => [one]), z.array(stopString, stopProblem).max(4, stopProblem)], stopProblem)
    .default([]),
  stream: flag.default(false),
  stream_options: z
    .object({ include_usage: flag.nullish() }, "must be an object such as { include_usage: true }")
    .optional(),
  provider: z
    .object(
      { min_reputation: number(0, 1).nullish(), min_stake: amount.nullish(), verify: verificationForm.nullish() },
      "must be an object such as { min_reputation: 0.4 }",
    )
    .optional(),
  response_format: z
    .object({ type: z.enum(["text", "json_object"], "must be text or json_object") }, 'must be an object with "type"')
    .optional(),
});

const HONOURED: ReadonlySet<string> = new Set(Object.keys(chatSchema.shape));

/**
 * Parses the body of POST /v1/chat/completions. Throws REQUEST_INVALID for a wrong field and UNSUPPORTED for one that
 * this network cannot honour, both naming it; `null` counts as absent, as with OpenAI.
 */
export function parseChatRequest(body: unknown): ChatRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalidField("body", "The body must be a JSON object.");
  }
  const fields = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  refuseUnsupported(fields, HONOURED);
  const parsed = chatSchema.safeParse(fields);
  if (!parsed.success) throw firstProblem(parsed.error);
  return toRequest(parsed.data);
}

function toRequest(chat: z.infer<typeof chatSchema>): ChatRequest {
  return {
    model: chat.model,
    messages: chat.messages.map(({ role, content }) => ({ role, content: joinParts(content) })),
    sampling: {
      temperatureMilli: Math.round(chat.temperature * 1000),
      topPMilli: Math.round(chat.top_p * 1000),
      topK: chat.top_k,
      ...(chat.seed !== undefined && { seed: chat.seed }),
      stop: chat.stop,
      responseFormat: chat.response_format?.type === "json_object" ? "json" : "text",
    },
    maxOutboundTokens: chat.max_completion_tokens ?? chat.max_tokens,
    stream: chat.stream,
    includeUsage: chat.stream_options?.include_usage ?? false,
    verification: chat.provider?.verify ?? undefined,
    demands: {
      minReputation: chat.provider?.min_reputation ?? undefined,
      minStake: chat.provider?.min_stake ?? undefined,
    },
  };
}

const joinParts = (content: string | readonly { text: string }[]): string =>
  typeof content === "string" ? content : content.map((part) => part.text).join("\n");

function firstProblem(error: z.ZodError): Error {
  const issue = error.issues[0];
  const param = fieldName(issue?.path ?? []);
  return invalidField(param, `${param} ${issue?.message ?? "is wrong"}.`);
}

/** As OpenAI writes them: `messages[0].content`. */
export const fieldName = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index > 0 ? "." : ""}${String(key)}`)).join("");
