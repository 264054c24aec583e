import { canonicalJson, type JsonValue } from "@lloom/protocol/canonical";
import { argumentsForm } from "@lloom/protocol/form/answer-form";
import { SETTING_LIMITS, TOOL_NAME, type ToolUse } from "@lloom/protocol/form/answer-settings";
import { readSchema } from "@lloom/protocol/form/read-schema";
import { MOST_TOOLS, type Tool, toolsText } from "@lloom/protocol/form/tools";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { flagField, textField } from "../fields/field-forms.ts";
import { invalidField } from "../http-problem.ts";

const nameProblem = "must be a name of 1 to 64 letters, digits, underscores and dashes";
const toolProblem = 'must be an object such as { type: "function", function: { name: "f" } }';
const choiceProblem = 'must be none, auto, required or an object such as { type: "function", function: { name: "f" } }';
const formatProblem = "must be text, json_object or json_schema";
const name = z.string(nameProblem).regex(TOOL_NAME, nameProblem);
const schema = z.record(z.string(), z.json(), "must be a JSON Schema");

/** Fields that give an answer its form. */
export const formFields = {
  tools: z
    .array(
      z.object(
        {
          type: z.literal("function", "must be function"),
          function: z.object({
            name,
            description: textField.nullish(),
            parameters: schema.nullish(),
            strict: flagField.nullish(),
          }),
        },
        toolProblem,
      ),
      `must be a list of up to ${MOST_TOOLS} functions`,
    )
    .max(MOST_TOOLS, `must be a list of up to ${MOST_TOOLS} functions`)
    .default([]),
  tool_choice: z
    .union(
      [
        z.enum(["none", "auto", "required"]),
        z.object({ type: z.literal("function"), function: z.object({ name }) }).transform((one) => one.function),
      ],
      choiceProblem,
    )
    .optional(),
  parallel_tool_calls: flagField.default(true),
  response_format: z
    .discriminatedUnion(
      "type",
      [
        z.object({ type: z.literal("text") }),
        z.object({ type: z.literal("json_object") }),
        z.object({
          type: z.literal("json_schema"),
          json_schema: z.object({ name, schema }, 'must be an object with "name" and "schema"'),
        }),
      ],
      formatProblem,
    )
    .optional(),
};
type FormFields = z.infer<z.ZodObject<typeof formFields>>;

/** A form in the network's terms. */
export interface AskedForm {
  /** What the model is told of functions; goes before everything else. */
  readonly before: readonly ChatMessage[];
  readonly sampling: Pick<Sampling, "responseFormat" | "jsonSchema" | "toolUse">;
}

/** Throws UNSUPPORTED, REQUEST_INVALID that name the field. */
export function formOf(fields: FormFields): AskedForm {
  const { response_format: format } = fields;
  const tools = fields.tools.map(toolOf);
  const before: ChatMessage[] = tools.length === 0 ? [] : [{ role: "tools", content: toolsText(tools) }];
  const toolUse = toolUseOf(fields, tools);
  if (format === undefined || format.type === "text")
    return { before, sampling: { responseFormat: "text", ...(toolUse && { toolUse }) } };
  if (toolUse !== undefined)
    throw unsupported("response_format", `response_format of type "${format.type}" beside tools that may be called`);
  const base = { responseFormat: "json" } as const;
  if (format.type === "json_object") return { before, sampling: base };
  const at = "response_format.json_schema.schema";
  named(at, () => readSchema(format.json_schema.schema));
  // As it was given: properties are written in the schema's order.
  const jsonSchema = JSON.stringify(format.json_schema.schema);
  if (jsonSchema.length > SETTING_LIMITS.schemaCharacters)
    throw invalidField(at, `${at} must be JSON of at most ${SETTING_LIMITS.schemaCharacters} characters.`);
  return { before, sampling: { ...base, jsonSchema } };
}

function toolOf({ function: given }: FormFields["tools"][number], index: number, all: FormFields["tools"]): Tool {
  const at = `tools[${index}].function`;
  if (all.findIndex(({ function: other }) => other.name === given.name) !== index)
    throw invalidField(`${at}.name`, `${at}.name must not be that of another function.`);
  const { description, parameters, strict } = given;
  const tool: Tool = {
    name: given.name,
    ...(description != null && { description }),
    ...(parameters != null && { parameters: parameters as Tool["parameters"] }),
    ...(strict === true && { strict }),
  };
  named(`${at}.parameters`, () => argumentsForm(tool));
  // Text that has no hash is refused here, by name.
  named(at, () => canonicalJson(tool as unknown as JsonValue));
  return tool;
}

function toolUseOf(fields: FormFields, tools: readonly Tool[]): ToolUse | undefined {
  const { tool_choice: choice = tools.length === 0 ? "none" : "auto" } = fields;
  const most = fields.parallel_tool_calls ? SETTING_LIMITS.toolCalls : 1;
  if (choice === "none" || (choice === "auto" && tools.length === 0)) return undefined;
  if (choice === "auto") return { choice, most };
  if (tools.length === 0) throw invalidField("tool_choice", "tool_choice wants a call, and there are no tools.");
  if (choice === "required") return { choice, most };
  if (!tools.some((tool) => tool.name === choice.name))
    throw invalidField("tool_choice.function.name", "tool_choice.function.name must be that of one of the tools.");
  // OpenAI: the function that is named is called once.
  return { choice: "required", name: choice.name, most: 1 };
}

/** What a schema's reader throws, with the field's whole name. */
function named(at: string, read: () => unknown): void {
  try {
    read();
  } catch (thrown) {
    if (!(thrown instanceof LloomError)) throw thrown;
    const inside = thrown.details["param"];
    const param = typeof inside === "string" && inside !== "" ? `${at}.${inside}` : at;
    throw new LloomError(thrown.code, `${param}: ${thrown.message}`, { details: { param }, cause: thrown });
  }
}

const unsupported = (param: string, what: string): LloomError =>
  new LloomError("UNSUPPORTED", `Not supported: ${what}.`, { details: { param } });
