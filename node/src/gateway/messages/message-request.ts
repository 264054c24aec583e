import { MOST_TOOLS } from "@lloom/protocol/form/tools";
import { z } from "@lloom/protocol/zod";
import type { Asked } from "../asked.ts";
import { askedBy, askedFields } from "../fields/asked-fields.ts";
import { type FormPlaces, formOf, type ToolChoice } from "../fields/asked-form.ts";
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
import { messagesField, refuseInBlocks, refuseInMessages, systemField, turnsOf } from "./message-turns.ts";

/** A message as asked, in the network's terms. */
export type MessageRequest = Asked;

const { stop, ...drawn } = samplingFields;
const { stream_options: _, ...common } = askedFields;

/** What a body may hold, as `/openapi.json` tells it. */
export const messageSchema = z
  .object({
    ...common,
    messages: messagesField,
    system: systemField,
    max_tokens: wholeField(1, Number.MAX_SAFE_INTEGER),
    ...drawn,
    stop_sequences: stop,
    tools: z
      .array(
        z.object(
          { name: nameField, description: textField.nullish(), input_schema: schemaField, strict: flagField.nullish() },
          'must be an object such as { name: "f", input_schema: {} }',
        ),
      )
      .max(MOST_TOOLS, `must be a list of up to ${MOST_TOOLS} functions`)
      .default([]),
    tool_choice: z
      .discriminatedUnion(
        "type",
        [
          z.object({ type: z.enum(["auto", "any", "none"]), disable_parallel_tool_use: flagField.nullish() }),
          z.object({ type: z.literal("tool"), name: z.string(), disable_parallel_tool_use: flagField.nullish() }),
        ],
        "must be an object whose type is auto, any, tool or none",
      )
      .optional(),
    output_config: z
      .object({
        format: z.object({ type: z.literal("json_schema"), schema: schemaField }, "must be a json_schema").nullish(),
      })
      .optional(),
  })
  .meta({ id: "MessageRequest" });
type Message = z.infer<typeof messageSchema>;

const HONOURED: ReadonlySet<string> = new Set(Object.keys(messageSchema.shape));

/** Fields that this gateway does not offer, with the values that ask for nothing. */
const NEUTRAL: Neutral = {
  thinking: (value) => isFields(value) && value["type"] === "disabled",
  service_tier: (value) => value === "auto" || value === "standard_only",
  mcp_servers: isNothing,
  cache_control: () => true,
};

const PLACES: FormPlaces = {
  choice: "tool_choice",
  choiceName: "tool_choice.name",
  format: "output_config.format",
  schema: "output_config.format.schema",
};

/** Parses the body of POST /v1/messages. Throws REQUEST_INVALID and UNSUPPORTED that name the field. */
export function parseMessageRequest(body: unknown): MessageRequest {
  const fields = fieldsOf(body);
  refuseUnsupported(fields);
  const asked = readFields(messageSchema, fields);
  const schemaAsked = asked.output_config?.format?.schema;
  const form = formOf({
    tools: asked.tools.map(({ input_schema: parameters, ...tool }, index) => ({
      ...{ ...tool, parameters },
      ...{ at: `tools[${index}]`, parametersAt: `tools[${index}].input_schema` },
    })),
    choice: choiceOf(asked),
    isParallel: asked.tool_choice?.disable_parallel_tool_use !== true,
    format: schemaAsked && { type: "schema", schema: schemaAsked },
    places: PLACES,
  });
  const system = asked.system === undefined ? [] : [{ role: "system" as const, content: asked.system }];
  const turns = wireMessages(turnsOf(asked.messages), `messages[${asked.messages.length}]`);
  return {
    ...askedBy(asked),
    messages: [...form.before, ...system, ...turns],
    sampling: { ...samplingOf({ ...asked, stop: asked.stop_sequences }), ...form.sampling },
    maxOutboundTokens: asked.max_tokens,
    choices: 1,
  };
}

function choiceOf({ tool_choice: given }: Message): ToolChoice | undefined {
  if (given === undefined) return undefined;
  if (given.type === "tool") return { name: given.name };
  return given.type === "any" ? "required" : given.type;
}

function refuseUnsupported(fields: Fields): void {
  refuseUnknown(fields, { honoured: HONOURED, neutral: NEUTRAL });
  refuseInBlocks(fields["system"], "system");
  refuseInMessages(fields["messages"]);
  const { tools, output_config: output } = fields;
  if (Array.isArray(tools)) tools.forEach(refuseInTool);
  refuseOthers("tool_choice", fields["tool_choice"], {
    known: new Set(["type", "name", "disable_parallel_tool_use"]),
    asksNothing: isNothing,
  });
  refuseOthers("output_config", output, { known: new Set(["format"]), asksNothing: isNothing });
  if (isFields(output))
    refuseOthers("output_config.format", output["format"], {
      known: new Set(["type", "schema"]),
      asksNothing: isNothing,
    });
}

function refuseInTool(tool: unknown, index: number): void {
  if (!isFields(tool)) return;
  const { type } = tool;
  if (typeof type === "string" && type !== "custom")
    refuse(`tools[${index}].type`, `tools of type "${type}"`, "Offer functions of your own alone.");
  const known = new Set(["type", "name", "description", "input_schema", "strict", "cache_control"]);
  refuseOthers(`tools[${index}]`, tool, { known, asksNothing: isNothing });
}
