import { z } from "@lloom/protocol/zod";
import type { BatchRecord } from "../../store/batches/kept-batches.ts";
import { textField, wholeField } from "../fields/field-forms.ts";
import { providerField } from "../fields/provider-field.ts";
import { fieldsOf, isFields, readFields, refuseOthers, refuseUnknown } from "../fields/refusals.ts";
import { LEAST_KEEP_SECONDS, MOST_KEEP_SECONDS } from "../files/file-limits.ts";
import { invalidField } from "../http-problem.ts";

/** A batch as asked. */
export interface BatchRequest extends Pick<BatchRecord, "window" | "metadata" | "maxPrice"> {
  readonly inputId: string;
  readonly endpoint: string;
  readonly windowMs: number;
  /** How long its files are kept; undefined: as long as others. */
  readonly keepMs: number | undefined;
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const MOST_WINDOW_MS = 14 * 86_400_000;
const WINDOW = 'must be a time such as "24h", from "1m" to "14d"';

const MOST_NOTES = 16;
const NAME_CHARACTERS = 64;
const NOTE_CHARACTERS = 512;
const NOTES = `must be an object of ${MOST_NOTES} texts at most`;

/** What POST /v1/batches reads. */
export const batchSchema = z
  .object({
    input_file_id: textField,
    endpoint: textField,
    completion_window: z.string(WINDOW).regex(/^[1-9]\d{0,3}[mhd]$/, WINDOW),
    metadata: z
      .record(
        z.string().max(NAME_CHARACTERS, `has a name of more than ${NAME_CHARACTERS} characters`),
        textField.max(NOTE_CHARACTERS, `must be text of at most ${NOTE_CHARACTERS} characters`),
        NOTES,
      )
      .refine((notes) => Object.keys(notes).length <= MOST_NOTES, NOTES)
      .optional(),
    output_expires_after: z
      .object(
        {
          anchor: z.literal("created_at", 'must be "created_at"'),
          seconds: wholeField(LEAST_KEEP_SECONDS, MOST_KEEP_SECONDS),
        },
        'must be an object such as { anchor: "created_at", seconds: 86400 }',
      )
      .optional(),
    provider: z.object({ max_price: providerField.shape.max_price }, "must be an object").optional(),
  })
  .meta({ id: "CreateBatch" });
const HONOURED: ReadonlySet<string> = new Set(Object.keys(batchSchema.shape));

/** Reads the body of POST /v1/batches. Throws REQUEST_INVALID and UNSUPPORTED that name the field. */
export function readBatchRequest(body: unknown): BatchRequest {
  const fields = fieldsOf(body);
  refuseUnknown(fields, { honoured: HONOURED, neutral: {} });
  // What else is asked of whoever answers stands in the lines.
  refuseOthers("provider", fields["provider"], { known: new Set(["max_price"]), asksNothing: () => false });
  const read = readFields(batchSchema, fields);
  const window = read.completion_window;
  const windowMs = Number(window.slice(0, -1)) * (UNITS_MS[window.slice(-1)] ?? 0);
  if (windowMs > MOST_WINDOW_MS) throw invalidField("completion_window", `completion_window ${WINDOW}.`);
  const { prompt, completion } = read.provider?.max_price ?? {};
  const keep = read.output_expires_after;
  return {
    ...{ inputId: read.input_file_id, endpoint: read.endpoint, window, windowMs, metadata: read.metadata ?? null },
    ...(isFields(read.provider?.max_price) && {
      maxPrice: { prompt: prompt ?? undefined, completion: completion ?? undefined },
    }),
    keepMs: keep === undefined ? undefined : keep.seconds * 1000,
  };
}
