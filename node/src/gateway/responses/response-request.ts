import { MOST_TOOLS } from "@lloom/protocol/form/tools";
import { TRACE_LIKELIEST } from "@lloom/protocol/trace";
import { z } from "@lloom/protocol/zod";
import type { Asked } from "../asked.ts";
import { askedBy, askedFields } from "../fields/asked-fields.ts";
import { type FormPlaces, formOf } from "../fields/asked-form.ts";
import { flagField, textField, wholeField } from "../fields/field-forms.ts";
import {
  type Fields,
  fieldsOf,
  isFields,
  isNothing,
  type Neutral,
  readFields,
  refuse,
  refuseOthers,
  refuseUnknown,
} from "../fields/refusals.ts";
import { samplingFields, samplingOf } from "../fields/sampling-fields.ts";
import { nameField, schemaField } from "../fields/tool-forms.ts";
import { wireMessages } from "../fields/turns.ts";
import { inputField, refuseInInput, turnsOf } from "./response-items.ts";

/** A response as asked, in the network's terms. */
export interface ResponseRequest extends Asked {
  /** What the response says again of how it was asked. */
  readonly told: Readonly<Record<string, unknown>>;
}

const choiceProblem = 'must be none, auto, required or an object such as { type: "function", name: "f" }';
/** Names in `include`, of which two are known. */
const MOST_INCLUDED = 16;
const LOGPROBS = "message.output_text.logprobs";

/** What a body may hold, as `/openapi.json` tells it. */
export const responseSchema = z
  .object({
    ...askedFields,
    input: inputField,
    instructions: textField.optional(),
    max_output_tokens: wholeField(1, Number.MAX_SAFE_INTEGER).optional(),
    ...samplingFields,
    top_logprobs: wholeField(0, TRACE_LIKELIEST).default(0),
    include: z
      .array(z.string(), "must be a list of names")
      .max(MOST_INCLUDED, `has more than ${MOST_INCLUDED}`)
      .default([]),
    tools: z
      .array(
        z.object(
          {
            type: z.literal("function"),
            name: nameField,
            description: textField.nullish(),
            parameters: schemaField.nullish(),
            strict: flagField.nullish(),
          },
          'must be an object such as { type: "function", name: "f" }',
        ),
      )
      .max(MOST_TOOLS, `must be a list of up to ${MOST_TOOLS} functions`)
      .default([]),
    tool_choice: z
      .union(
        [z.enum(["none", "auto", "required"]), z.object({ type: z.literal("function"), name: z.string() })],
        choiceProblem,
      )
      .optional(),
    parallel_tool_calls: flagField.default(true),
    text: z
      .object({
        format: z
          .discriminatedUnion(
            "type",
            [
              z.object({ type: z.literal("text") }),
              z.object({ type: z.literal("json_object") }),
              z.object({
                ...{ type: z.literal("json_schema"), name: nameField, schema: schemaField },
                description: textField.nullish(),
              }),
            ],
            "must be text, json_object or json_schema",
          )
          .nullish(),
      })
      .default({}),
  })
  .meta({ id: "ResponseRequest" });
type Response = z.infer<typeof responseSchema>;

const HONOURED: ReadonlySet<string> = new Set(Object.keys(responseSchema.shape));

/** Fields that this gateway does not offer, with the values that ask for nothing. */
const NEUTRAL: Neutral = {
  background: (value) => value === false,
  truncation: (value) => value === "disabled",
  service_tier: (value) => value === "auto" || value === "default",
  // A summary of none is none.
  reasoning: (value) => isFields(value) && (value["effort"] ?? "none") === "none",
  store: (value) => value === false,
};
/** Where leaving the field out would not do. */
const INSTEAD: Readonly<Record<string, string>> = {
  previous_response_id: "Nothing is kept here: send all that was said before as items of input.",
  conversation: "Nothing is kept here: send all that was said before as items of input.",
  store: "Nothing is kept here: send store false, or leave it out.",
};

const PLACES: FormPlaces = {
  choice: "tool_choice",
  choiceName: "tool_choice.name",
  format: "text.format",
  schema: "text.format.schema",
};

/** Parses the body of POST /v1/responses. Throws REQUEST_INVALID and UNSUPPORTED that name the field. */
export function parseResponseRequest(body: unknown): ResponseRequest {
  const fields = fieldsOf(body);
  refuseUnsupported(fields);
  const { store: _, ...honoured } = fields;
  const asked = readFields(responseSchema, honoured);
  const form = formOf({
    tools: asked.tools.map((tool, index) => ({
      ...tool,
      ...{ at: `tools[${index}]`, parametersAt: `tools[${index}].parameters` },
    })),
    choice: asked.tool_choice,
    isParallel: asked.parallel_tool_calls,
    format: formatOf(asked),
    places: PLACES,
  });
  const turns = turnsOf(asked.input);
  const system = asked.instructions === undefined ? [] : [{ role: "system" as const, content: asked.instructions }];
  return {
    ...askedBy(asked),
    messages: [...form.before, ...system, ...wireMessages(turns, `input[${asked.input.length}]`)],
    sampling: { ...samplingOf(asked), ...form.sampling },
    maxOutboundTokens: asked.max_output_tokens,
    choices: 1,
    logprobs: asked.include.includes(LOGPROBS) || asked.top_logprobs > 0 ? asked.top_logprobs : undefined,
    told: toldOf(asked, fields),
  };
}

function refuseUnsupported(fields: Fields): void {
  for (const [field, next] of Object.entries(INSTEAD))
    if (fields[field] !== undefined && NEUTRAL[field]?.(fields[field]) !== true) refuse(field, field, next);
  const { stream_options: _, ...others } = fields;
  refuseUnknown(others, { honoured: HONOURED, neutral: NEUTRAL });
  // Usage stands in the last event in any case, and padding is not offered.
  refuseOthers("stream_options", fields["stream_options"], { known: new Set(), asksNothing: isNothing });
  refuseInInput(fields["input"]);
  const { tools, text, include } = fields;
  if (Array.isArray(tools)) tools.forEach(refuseInTool);
  refuseText(text);
  if (!Array.isArray(include)) return;
  // Without reasoning there is nothing to encrypt.
  const known = [LOGPROBS, "reasoning.encrypted_content"];
  const unknown = include.find((one) => !known.includes(one));
  if (unknown !== undefined) refuse("include", `include of "${String(unknown)}"`);
}

function refuseInTool(tool: unknown, index: number): void {
  if (!isFields(tool)) return;
  const { type } = tool;
  if (typeof type === "string" && type !== "function")
    refuse(`tools[${index}].type`, `tools of type "${type}"`, "Offer functions alone.");
  const known = new Set(["type", "name", "description", "parameters", "strict"]);
  refuseOthers(`tools[${index}]`, tool, { known, asksNothing: isNothing });
}

function refuseText(text: unknown): void {
  if (!isFields(text)) return;
  const asksNothing = (value: unknown, field: string): boolean =>
    isNothing(value) || (field === "verbosity" && value === "medium");
  refuseOthers("text", text, { known: new Set(["format"]), asksNothing });
  const known = new Set(["type", "name", "description", "schema", "strict"]);
  refuseOthers("text.format", text["format"], { known, asksNothing: isNothing });
}

function formatOf({ text: { format } }: Response) {
  if (format == null || format.type === "text") return undefined;
  return format.type === "json_object"
    ? ({ type: "object" } as const)
    : ({ type: "schema", schema: format.schema } as const);
}

/** As Open Responses has it: what was asked, also where nothing was said about it. */
function toldOf(asked: Response, fields: Fields): Record<string, unknown> {
  const format = asked.text.format ?? { type: "text" as const };
  return {
    instructions: asked.instructions ?? null,
    tools: asked.tools.map((tool) => ({ description: null, parameters: null, ...tool, strict: tool.strict ?? false })),
    tool_choice: asked.tool_choice ?? "auto",
    parallel_tool_calls: asked.parallel_tool_calls,
    text: {
      format:
        format.type === "json_schema" ? { ...format, description: format.description ?? null, strict: true } : format,
    },
    temperature: asked.temperature,
    top_p: asked.top_p,
    presence_penalty: asked.presence_penalty ?? 0,
    frequency_penalty: asked.frequency_penalty ?? 0,
    top_logprobs: asked.top_logprobs,
    max_output_tokens: asked.max_output_tokens ?? null,
    max_tool_calls: null,
    previous_response_id: null,
    reasoning: null,
    truncation: "disabled",
    background: false,
    store: false,
    service_tier: "default",
    user: fields["user"] ?? null,
    metadata: fields["metadata"] ?? {},
    safety_identifier: fields["safety_identifier"] ?? null,
    prompt_cache_key: fields["prompt_cache_key"] ?? null,
  };
}
