import { TRACE_LIKELIEST } from "@lloom/protocol/trace";
import { z } from "@lloom/protocol/zod";
import { type Asked, MOST_CHOICES } from "../asked.ts";
import { askedBy, askedFields, modelAsked, modelField } from "../fields/asked-fields.ts";
import { flagField, wholeField } from "../fields/field-forms.ts";
import { type Fields, fieldsOf, readFields } from "../fields/refusals.ts";
import { samplingFields, samplingOf } from "../fields/sampling-fields.ts";
import { wireMessages } from "../fields/turns.ts";
import { invalidField } from "../http-problem.ts";
import { chatForm, formFields } from "./chat-form.ts";
import { messagesField, turnsOf } from "./chat-messages.ts";
import { refuseUnsupported } from "./refuse-fields.ts";

/** A chat completion as asked, in the network's terms. */
export interface ChatRequest extends Asked {
  readonly includeUsage: boolean;
}

const maxTokens = wholeField(1, Number.MAX_SAFE_INTEGER).optional();

/** Models in one request. */
const MOST_MODELS = 8;

/** What a body may hold, as `/openapi.json` tells it. */
export const chatSchema = z
  .object({
    ...askedFields,
    models: z.array(modelField, "must be a list of models").max(MOST_MODELS, `has more than ${MOST_MODELS}`).optional(),
    messages: messagesField,
    max_tokens: maxTokens,
    max_completion_tokens: maxTokens,
    ...samplingFields,
    n: wholeField(1, MOST_CHOICES).default(1),
    logprobs: flagField.default(false),
    top_logprobs: wholeField(0, TRACE_LIKELIEST).optional(),
    ...formFields,
  })
  .meta({ id: "ChatCompletionRequest" });

const HONOURED: ReadonlySet<string> = new Set(Object.keys(chatSchema.shape));

/**
 * Parses the body of POST /v1/chat/completions. Throws REQUEST_INVALID for a wrong field and UNSUPPORTED for one that
 * this network cannot honour, both naming it; `null` counts as absent, as with OpenAI.
 */
export function parseChatRequest(body: unknown): ChatRequest {
  const fields = withModel(fieldsOf(body));
  refuseUnsupported(fields, HONOURED);
  return toRequest(readFields(chatSchema, fields));
}

/** A list of models has the first in it, where none is named beside it. */
function withModel(fields: Fields): Fields {
  const { model, models } = fields;
  return model === undefined && Array.isArray(models) && models.length > 0 ? { ...fields, model: models[0] } : fields;
}

function toRequest(chat: z.infer<typeof chatSchema>): ChatRequest {
  const form = chatForm(chat);
  if (!chat.logprobs && (chat.top_logprobs ?? 0) > 0)
    throw invalidField("top_logprobs", "top_logprobs must come with logprobs that is true.");
  return {
    ...askedBy(chat),
    fallbacks: chat.models?.filter((name) => name !== chat.model).map((name) => modelAsked(name, chat.provider)),
    messages: [...form.before, ...wireMessages(turnsOf(chat.messages), `messages[${chat.messages.length}]`)],
    sampling: { ...samplingOf(chat), ...form.sampling },
    maxOutboundTokens: chat.max_completion_tokens ?? chat.max_tokens,
    choices: chat.n,
    logprobs: chat.logprobs ? (chat.top_logprobs ?? 0) : undefined,
    includeUsage: chat.stream_options?.include_usage ?? false,
  };
}
