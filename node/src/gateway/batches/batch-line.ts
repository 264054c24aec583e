import { z } from "@lloom/protocol/zod";
import { textField } from "../fields/field-forms.ts";
import { fieldsOf, readFields } from "../fields/refusals.ts";
import { invalidField } from "../http-problem.ts";
import type { JsonReader } from "../json-body.ts";

/** One line of a batch's input. */
export interface BatchLine {
  readonly customId: string;
  readonly body: unknown;
}

const ID_CHARACTERS = 512;
const idProblem = `must be text of 1 to ${ID_CHARACTERS} characters`;

const lineSchema = z.object({
  custom_id: textField.min(1, idProblem).max(ID_CHARACTERS, idProblem),
  method: z.literal("POST", 'must be "POST"'),
  url: z.string("must be the batch's endpoint"),
  body: z.record(z.string(), z.unknown(), "must be a JSON object"),
});

/** Reads a line. Throws what is wrong with it, as a body's reader does. */
export function readBatchLine(
  text: Uint8Array,
  { endpoint, read }: { readonly endpoint: string; readonly read: JsonReader },
): BatchLine {
  const fields = fieldsOf(read(Buffer.from(text)));
  const { custom_id: customId, url } = readFields(lineSchema, fields);
  if (url !== endpoint) throw invalidField("url", `url must be the batch's endpoint, ${endpoint}.`);
  // As it was given: zod would make another object of it.
  return { customId, body: fields["body"] };
}

/** The name that a wrong line is told by, if it has one. */
export function customIdOf(text: Uint8Array, read: JsonReader): string | null {
  try {
    const { custom_id: id } = read(Buffer.from(text)) as { readonly custom_id?: unknown };
    return typeof id === "string" ? id : null;
  } catch {
    return null;
  }
}
