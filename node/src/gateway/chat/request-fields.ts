import { LloomError } from "../../errors.ts";

type Fields = Readonly<Record<string, unknown>>;

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const isEmptyObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
const isFalse = (value: unknown): boolean => value === false;
const isZero = (value: unknown): boolean => value === 0;
const isOne = (value: unknown): boolean => value === 1;
const isAbsent = (value: unknown): boolean => value === null || value === undefined;

/**
 * Fields that would change the answer or its price and are not offered, each with the values that ask for nothing. Silence
 * about them would sell something else than was asked for.
 */
const NEUTRAL: Readonly<Record<string, (value: unknown) => boolean>> = {
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
const NEUTRAL_IN_STREAM: typeof NEUTRAL = { continuous_usage_stats: isFalse, include_obfuscation: isFalse };

/** What may be asked of whoever answers. */
const PROVIDER_FIELDS: ReadonlySet<string> = new Set(["min_reputation", "min_stake", "verify"]);

/** Of a turn that a person wrote: who wrote it (`refuseNames`), and where a cache may cut. */
const TURN_FIELDS: ReadonlySet<string> = new Set(["role", "content", "name", "cache_control"]);
/** What a call gave: the name of the function says nothing that the call does not. */
const RESULT_FIELDS: ReadonlySet<string> = new Set([...TURN_FIELDS, "tool_call_id"]);
const TOOL_FIELDS: ReadonlySet<string> = new Set(["type", "function", "cache_control"]);
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(["name", "description", "parameters", "strict"]);
/** A schema's name and description are notes, and it is always held to. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(["name", "description", "schema", "strict"]);
/** An assistant's turn comes back as some server once sent it, also with fields that only tell how it came about. */
const ANSWER_FIELDS: ReadonlySet<string> = new Set([
  ...TURN_FIELDS,
  ...[
    "tool_calls",
    "refusal",
    "parsed",
    "annotations",
    "citations",
    "search_results",
    "logprobs",
    "token_ids",
    "usage",
    "timings",
  ],
  ...["reasoning", "reasoning_content", "reasoning_details", "thinking", "thinking_blocks", "provider_specific_fields"],
  ...["id", "index", "type", "status", "created", "model", "provider", "metadata", "finish_reason", "stop_reason"],
]);

/**
 * Throws UNSUPPORTED that names a field which is neither honoured (`honoured`), nor asks for nothing, nor is known to change
 * nothing: what this gateway has never heard of might change the answer. `null` counts as absent.
 */
export function refuseUnsupported(fields: Fields, honoured: ReadonlySet<string>): void {
  for (const [field, value] of Object.entries(fields)) {
    if (honoured.has(field) || NOTES.has(field) || isAbsent(value)) continue;
    if (NEUTRAL[field]?.(value) !== true) refuse(field, field);
  }
  refuseFormat(fields["response_format"]);
  refuseInTools(fields["tools"]);
  refuseOthers("provider", fields["provider"], { known: PROVIDER_FIELDS, asksNothing: isNothing });
  refuseOthers("stream_options", fields["stream_options"], {
    known: new Set(["include_usage"]),
    asksNothing: (value, field) => NEUTRAL_IN_STREAM[field]?.(value) === true,
  });
  if (!Array.isArray(fields["messages"])) return;
  fields["messages"].forEach(refuseInMessage);
  refuseNames(fields["messages"]);
}

/**
 * A turn's `name` tells the model participants of one role apart, which no template here can say. Where all turns of a role have
 * the same one, there is nobody to tell apart.
 */
function refuseNames(messages: readonly unknown[]): void {
  const names = new Map<unknown, unknown>();
  messages.forEach((message, index) => {
    if (!isFields(message) || message["role"] === "tool") return;
    const { role, name } = message;
    const own = isAbsent(name) ? "" : name;
    const first = names.get(role) ?? own;
    names.set(role, first);
    if (first !== own)
      refuse(
        `messages[${index}].name`,
        `a name that tells participants of the role "${String(role)}" apart`,
        "Write who speaks into the content, or give all turns of a role the same name.",
      );
  });
}

function refuseFormat(format: unknown): void {
  const isSchema = isFields(format) && format["type"] === "json_schema";
  const known = new Set(isSchema ? ["type", "json_schema"] : ["type"]);
  refuseOthers("response_format", format, { known, asksNothing: isNothing });
  if (isSchema)
    refuseOthers("response_format.json_schema", format["json_schema"], {
      known: SCHEMA_FIELDS,
      asksNothing: isNothing,
    });
}

function refuseInTools(tools: unknown): void {
  if (!Array.isArray(tools)) return;
  tools.forEach((tool: unknown, index) => {
    if (!isFields(tool)) return;
    const { type } = tool;
    if (typeof type === "string" && type !== "function")
      refuse(`tools[${index}].type`, `tools of type "${type}"`, "Offer functions alone.");
    refuseOthers(`tools[${index}]`, tool, { known: TOOL_FIELDS, asksNothing: isNothing });
    refuseOthers(`tools[${index}].function`, tool["function"], { known: FUNCTION_FIELDS, asksNothing: isNothing });
  });
}

function refuseInMessage(message: unknown, index: number): void {
  if (!isFields(message)) return;
  const { role, content } = message;
  const at = `messages[${index}]`;
  if (role === "function") refuse(`${at}.role`, `the role "${role}"`, 'Use the role "tool" with a tool_call_id.');
  const isAnswer = role === "assistant";
  const known = isAnswer ? ANSWER_FIELDS : role === "tool" ? RESULT_FIELDS : TURN_FIELDS;
  refuseOthers(at, message, { known, asksNothing: isNothing });
  if (!Array.isArray(content)) return;
  content.forEach((part: unknown, place) => {
    if (!isFields(part) || typeof part["type"] !== "string") return;
    const { type } = part;
    if (type !== "text" && !(isAnswer && type === "refusal"))
      refuse(`${at}.content[${place}].type`, `content of type "${type}"`, "Send parts of text alone.");
    // A part's content stands in the field that has its type's name.
    const known = new Set(["type", type, "cache_control"]);
    refuseOthers(`${at}.content[${place}]`, part, { known, asksNothing: isNothing });
  });
}

interface Inside {
  readonly known: ReadonlySet<string>;
  readonly asksNothing: (value: unknown, field: string) => boolean;
}

/** Throws UNSUPPORTED for a field inside the object at a place of the body that is neither known nor asks for nothing. */
function refuseOthers(at: string, object: unknown, { known, asksNothing }: Inside): void {
  if (!isFields(object)) return;
  for (const [field, value] of Object.entries(object))
    if (!known.has(field) && !isAbsent(value) && !asksNothing(value, field)) {
      const place = `${at}.${field}`;
      refuse(place, place);
    }
}

/** Says nothing, whatever field of a turn it stands in. */
const isNothing = (value: unknown): boolean => isEmpty(value) || isEmptyObject(value) || isFalse(value) || value === "";

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `next`: where leaving the field out would not do. */
function refuse(param: string, what: string, next?: string): never {
  const options = { details: { param }, ...(next !== undefined && { next }) };
  throw new LloomError("UNSUPPORTED", `Not supported: ${what}.`, options);
}
