import { TRACE_LIKELIEST } from "@lloom/protocol/trace";
import { z } from "@lloom/protocol/zod";
import { type Asked, MOST_CHOICES } from "../asked.ts";
import { askedBy, askedFields } from "../fields/asked-fields.ts";
import { flagField, textField, wholeField } from "../fields/field-forms.ts";
import { type Fields, fieldsOf, readFields, refuse, refuseUnknown } from "../fields/refusals.ts";
import { samplingFields, samplingOf } from "../fields/sampling-fields.ts";

/** A completion as asked, in the network's terms. */
export interface CompletionRequest extends Asked {
  readonly includeUsage: boolean;
  /** What its text begins with: the prompt, where it is to be repeated. */
  readonly echoed: string;
}

/** As OpenAI has it: who names no limit gets a few words. */
const USUAL_TOKENS = 16;

const promptProblem = "must be text, or a list of one text";

/** What a body may hold, as `/openapi.json` tells it. */
export const completionSchema = z
  .object({
    ...askedFields,
    prompt: z.union([textField, z.tuple([textField]).transform(([only]) => only)], promptProblem),
    max_tokens: wholeField(1, Number.MAX_SAFE_INTEGER).default(USUAL_TOKENS),
    ...samplingFields,
    n: wholeField(1, MOST_CHOICES).default(1),
    logprobs: wholeField(0, TRACE_LIKELIEST).optional(),
    echo: flagField.default(false),
  })
  .meta({ id: "CompletionRequest" });

const HONOURED: ReadonlySet<string> = new Set(Object.keys(completionSchema.shape));

/** Parses the body of POST /v1/completions, whose prompt is asked as a turn of the user's. Throws as `parseChatRequest`. */
export function parseCompletionRequest(body: unknown): CompletionRequest {
  const given = fieldsOf(body);
  // Nothing behind the answer.
  const { suffix, ...fields } = given;
  if (suffix !== undefined && suffix !== "") refuse("suffix", "suffix");
  refuseUnknown(fields, { honoured: HONOURED });
  refusePrompt(fields);
  const asked = readFields(completionSchema, fields);
  if (asked.echo && asked.logprobs !== undefined)
    refuse("echo", "echo beside logprobs: executors show those of answers alone", "Leave one of them out.");
  return {
    ...askedBy(asked),
    messages: [{ role: "user", content: asked.prompt }],
    sampling: { ...samplingOf(asked), responseFormat: "text" },
    maxOutboundTokens: asked.max_tokens,
    choices: asked.n,
    logprobs: asked.logprobs,
    includeUsage: asked.stream_options?.include_usage ?? false,
    echoed: asked.echo ? asked.prompt : "",
  };
}

function refusePrompt({ prompt }: Fields): void {
  if (!Array.isArray(prompt)) return;
  if (prompt.some((part) => typeof part !== "string"))
    refuse("prompt", "a prompt of token numbers", "Send it as text: executors have tokenizers of their own.");
  if (prompt.length > 1) refuse("prompt", "several prompts in one call", "Send a call for each of them.");
}
