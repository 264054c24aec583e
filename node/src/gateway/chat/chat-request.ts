import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { TRACE_LIKELIEST } from "@lloom/protocol/trace";
import { z } from "@lloom/protocol/zod";
import { REFERENCE_BYTES } from "../../client/check/model-reference.ts";
import { verificationForm } from "../../client/check/verification-form.ts";
import { type Asked, MOST_CHOICES } from "../asked.ts";
import { flagField, numberField, wholeField } from "../fields/field-forms.ts";
import { samplingFields, samplingOf } from "../fields/sampling-fields.ts";
import { invalidField } from "../http-problem.ts";
import { formFields, formOf } from "./chat-form.ts";
import { messagesField, wireMessages } from "./chat-messages.ts";
import { refuseUnsupported } from "./request-fields.ts";

/** A chat completion as asked, in the network's terms. */
export interface ChatRequest extends Asked {
  readonly includeUsage: boolean;
}

const maxTokens = wholeField(1, Number.MAX_SAFE_INTEGER).optional();
/** In tokens; a number loses digits, and is taken for what it reads as. */
const amount = z
  .union([z.string(), z.number()], 'must be an amount such as "100"')
  .transform(String)
  .refine((given) => /^\d{1,12}(\.\d{1,18})?$/.test(given), 'must be an amount such as "100"');
const modelProblem = `must be the name of a model, 1 to ${WIRE_LIMITS.modelNameBytes} characters, or NAME@sha256:DIGITS`;

const chatSchema = z.object({
  model: z
    .string(modelProblem)
    .min(1, modelProblem)
    .max(WIRE_LIMITS.modelNameBytes + REFERENCE_BYTES, modelProblem),
  messages: messagesField,
  max_tokens: maxTokens,
  max_completion_tokens: maxTokens,
  ...samplingFields,
  n: wholeField(1, MOST_CHOICES).default(1),
  logprobs: flagField.default(false),
  top_logprobs: wholeField(0, TRACE_LIKELIEST).optional(),
  ...formFields,
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
  const form = formOf(chat);
  if (!chat.logprobs && (chat.top_logprobs ?? 0) > 0)
    throw invalidField("top_logprobs", "top_logprobs must come with logprobs that is true.");
  return {
    model: chat.model,
    messages: [...form.before, ...wireMessages(chat.messages)],
    sampling: { ...samplingOf(chat), ...form.sampling },
    maxOutboundTokens: chat.max_completion_tokens ?? chat.max_tokens,
    choices: chat.n,
    logprobs: chat.logprobs ? (chat.top_logprobs ?? 0) : undefined,
    stream: chat.stream,
    includeUsage: chat.stream_options?.include_usage ?? false,
    verification: chat.provider?.verify ?? undefined,
    demands: {
      minReputation: chat.provider?.min_reputation ?? undefined,
      minStake: chat.provider?.min_stake ?? undefined,
    },
  };
}

function firstProblem(error: z.ZodError): Error {
  const issue = error.issues[0];
  const param = fieldName(issue?.path ?? []);
  return invalidField(param, `${param} ${issue?.message ?? "is wrong"}.`);
}

/** As OpenAI writes them: `messages[0].content`. */
export const fieldName = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index > 0 ? "." : ""}${String(key)}`)).join("");
