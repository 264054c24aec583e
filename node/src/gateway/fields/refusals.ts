import type { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { invalidField } from "../http-problem.ts";
import { providerField } from "./provider-field.ts";

/** A JSON object of a caller. */
export type Fields = Readonly<Record<string, unknown>>;

export const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const isEmptyObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
export const isFalse = (value: unknown): boolean => value === false;
const isZero = (value: unknown): boolean => value === 0;
const isOne = (value: unknown): boolean => value === 1;
export const isAbsent = (value: unknown): boolean => value === null || value === undefined;

/** What stands under a caller's word, which may be one that every object has, such as "constructor". */
export const under = <T>(record: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(record, word) ? record[word] : undefined;

/** Fields by name, each with whether a value asks for nothing. */
export type Neutral = Readonly<Record<string, (value: unknown) => boolean>>;

/**
 * Fields that would change the answer or its price and are not offered, each with the values that ask for nothing. Silence
 * about them would sell something else than was asked for.
 */
const NEUTRAL: Neutral = {
  functions: isEmpty,
  function_call: (value) => value === "none" || value === "auto",
  best_of: isOne,
  echo: isFalse,
  length_penalty: isOne,
  typical_p: isOne,
  use_beam_search: isFalse,
  ignore_eos: isFalse,
  min_tokens: isZero,
  stop_token_ids: isEmpty,
  grammar: (value) => value === "",
  chat_template_kwargs: isEmptyObject,
  reasoning_effort: (value) => value === "none",
  service_tier: (value) => value === "auto" || value === "default",
  modalities: (value) => Array.isArray(value) && value.every((one) => one === "text"),
  models: isEmpty,
  transforms: isEmpty,
};

/** Fields that change neither the answer nor its price: notes of the caller's, and hints to services that keep answers. */
const NOTES: ReadonlySet<string> = new Set([
  ...["user", "metadata", "store", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"],
  ...["cache_prompt", "keep_alive", "session_id"],
]);

/** Inside the options of a stream: figures in every event, and padding against whoever measures events. */
const NEUTRAL_IN_STREAM: Neutral = { continuous_usage_stats: isFalse, include_obfuscation: isFalse };

/** What may be asked of whoever answers. */
const PROVIDER_FIELDS: ReadonlySet<string> = new Set(Object.keys(providerField.shape));
/** That whoever answers may keep what it hears is how it is: nobody here can promise anything else. */
const NEUTRAL_OF_PROVIDER: Neutral = { data_collection: (value) => value === "allow", zdr: isFalse };

/** The fields of a body; `null` counts as absent, as with OpenAI. Throws REQUEST_INVALID for what is no object. */
export function fieldsOf(body: unknown): Fields {
  if (!isFields(body)) throw invalidField("body", "The body must be a JSON object.");
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** What fields say, read by a schema. Throws REQUEST_INVALID that names the first wrong one. */
export function readFields<Schema extends z.ZodType>(schema: Schema, fields: Fields): z.infer<Schema> {
  const { data, error } = schema.safeParse(fields);
  if (error === undefined) return data as z.infer<Schema>;
  const issue = error.issues[0];
  const param = fieldName(issue?.path ?? []);
  throw invalidField(param, `${param} ${issue?.message ?? "is wrong"}.`);
}

/** As OpenAI writes them: `messages[0].content`. */
export const fieldName = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index > 0 ? "." : ""}${String(key)}`)).join("");

/**
 * Throws UNSUPPORTED that names a field which is neither honoured, nor asks for nothing, nor is known to change nothing: what this
 * gateway has never heard of might change the answer. `null` counts as absent.
 */
export function refuseUnknown(
  fields: Fields,
  { honoured, neutral = NEUTRAL }: { readonly honoured: ReadonlySet<string>; readonly neutral?: Neutral },
): void {
  for (const [field, value] of Object.entries(fields)) {
    if (honoured.has(field) || NOTES.has(field) || isAbsent(value)) continue;
    if (under(neutral, field)?.(value) !== true) refuse(field, field);
  }
  const { provider } = fields;
  refuseOthers("provider", provider, {
    known: PROVIDER_FIELDS,
    asksNothing: (value, field) => isNothing(value) || under(NEUTRAL_OF_PROVIDER, field)?.(value) === true,
  });
  refuseOthers("provider.max_price", isFields(provider) ? provider["max_price"] : undefined, {
    known: new Set(["prompt", "completion"]),
    asksNothing: isNothing,
  });
  refuseOthers("stream_options", fields["stream_options"], {
    known: new Set(["include_usage"]),
    asksNothing: (value, field) => under(NEUTRAL_IN_STREAM, field)?.(value) === true,
  });
}

export interface Inside {
  readonly known: ReadonlySet<string>;
  readonly asksNothing: (value: unknown, field: string) => boolean;
}

/** Throws UNSUPPORTED for a field inside the object at a place of the body that is neither known nor asks for nothing. */
export function refuseOthers(at: string, object: unknown, { known, asksNothing }: Inside): void {
  if (!isFields(object)) return;
  for (const [field, value] of Object.entries(object))
    if (!known.has(field) && !isAbsent(value) && !asksNothing(value, field)) {
      const place = `${at}.${field}`;
      refuse(place, place);
    }
}

/** Says nothing, whatever field of a turn it stands in. */
export const isNothing = (value: unknown): boolean =>
  isEmpty(value) || isEmptyObject(value) || isFalse(value) || value === "";

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `next`: where leaving the field out would not do. */
export function refuse(param: string, what: string, next?: string): never {
  const options = { details: { param }, ...(next !== undefined && { next }) };
  throw new LloomError("UNSUPPORTED", `Not supported: ${what}.`, options);
}
