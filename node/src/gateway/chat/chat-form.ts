import { MOST_TOOLS } from "@lloom/protocol/form/tools";
import { z } from "@lloom/protocol/zod";
import { type AskedForm, type FormPlaces, formOf } from "../fields/asked-form.ts";
import { flagField, textField } from "../fields/field-forms.ts";
import { nameField, schemaField } from "../fields/tool-forms.ts";

const toolProblem = 'must be an object such as { type: "function", function: { name: "f" } }';
const choiceProblem = 'must be none, auto, required or an object such as { type: "function", function: { name: "f" } }';
const formatProblem = "must be text, json_object or json_schema";

/** Fields that give an answer its form. */
export const formFields = {
  tools: z
    .array(
      z.object(
        {
          type: z.literal("function", "must be function"),
          function: z.object({
            name: nameField,
            description: textField.nullish(),
            parameters: schemaField.nullish(),
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
        z
          .object({ type: z.literal("function"), function: z.object({ name: nameField }) })
          .transform((one) => one.function),
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
          json_schema: z.object({ name: nameField, schema: schemaField }, 'must be an object with "name" and "schema"'),
        }),
      ],
      formatProblem,
    )
    .optional(),
};
type FormFields = z.infer<z.ZodObject<typeof formFields>>;

const PLACES: FormPlaces = {
  choice: "tool_choice",
  choiceName: "tool_choice.function.name",
  format: "response_format",
  schema: "response_format.json_schema.schema",
};

/** The form that a chat's answer is to have. Throws UNSUPPORTED, REQUEST_INVALID that name the field. */
export function chatForm(fields: FormFields): AskedForm {
  const { tools, tool_choice: choice, parallel_tool_calls: isParallel } = fields;
  return formOf({
    tools: tools.map((tool, index) => ({
      ...tool.function,
      ...{ at: `tools[${index}].function`, parametersAt: `tools[${index}].function.parameters` },
    })),
    ...{ choice, isParallel, format: formatOf(fields), places: PLACES },
  });
}

function formatOf({ response_format: format }: FormFields) {
  if (format === undefined || format.type === "text") return undefined;
  return format.type === "json_object"
    ? ({ type: "object" } as const)
    : ({ type: "schema", schema: format.json_schema.schema } as const);
}
