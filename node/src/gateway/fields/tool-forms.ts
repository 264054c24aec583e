import { TOOL_NAME } from "@lloom/protocol/form/answer-settings";
import { z } from "@lloom/protocol/zod";
import { textField } from "./field-forms.ts";
import { argumentsText } from "./turns.ts";

/** Forms of what functions and turns have in every API. */

const nameProblem = "must be a name of 1 to 64 letters, digits, underscores and dashes";

/** What a function is called, or a schema. */
export const nameField = z.string(nameProblem).regex(TOOL_NAME, nameProblem);

export const schemaField = z.record(z.string(), z.json(), "must be a JSON Schema");

/** The arguments of a call that was made, as text; written without blanks. */
export const argumentsField = textField.transform((text, context) => {
  const object = argumentsText(text);
  if (object === undefined) context.addIssue({ code: "custom", message: "must be the JSON of an object" });
  return object ?? "{}";
});

/** Content that may come as text or in parts of text, as one text. */
export const joinedText = (given: string | readonly { readonly text: string }[]): string =>
  typeof given === "string" ? given : given.map(({ text }) => text).join("\n");
