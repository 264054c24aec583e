import { LloomError } from "../errors.ts";

type Fields = Readonly<Record<string, unknown>>;

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const isEmptyObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

/**
 * Fields that would change the answer or its price and are not offered, each with the values that ask for nothing. Silence
 * about them would sell something else than was asked for.
 */
const NEUTRAL: Readonly<Record<string, (value: unknown) => boolean>> = {
  tools: isEmpty,
  tool_choice: (value) => value === "none" || value === "auto",
  functions: isEmpty,
  function_call: (value) => value === "none" || value === "auto",
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  n: (value) => value === 1,
  logit_bias: isEmptyObject,
  presence_penalty: (value) => value === 0,
  frequency_penalty: (value) => value === 0,
  modalities: (value) => Array.isArray(value) && value.every((one) => one === "text"),
  audio: () => false,
  prediction: () => false,
  web_search_options: () => false,
  provider: isEmptyObject,
  models: isEmpty,
};

/** Throws UNSUPPORTED that names the field. */
export function refuseUnsupported(fields: Fields): void {
  for (const [field, isNeutral] of Object.entries(NEUTRAL)) {
    if (fields[field] !== undefined && !isNeutral(fields[field])) refuse(field, field);
  }
  refuseFormat(fields["response_format"]);
  if (Array.isArray(fields["messages"])) fields["messages"].forEach(refuseInMessage);
}

function refuseFormat(format: unknown): void {
  if (!isFields(format) || format["type"] !== "json_schema") return;
  refuse(
    "response_format",
    'response_format of type "json_schema"',
    'Use the type "json_object", or leave the field out.',
  );
}

function refuseInMessage(message: unknown, index: number): void {
  if (!isFields(message)) return;
  const { role, content, tool_calls: calls } = message;
  const at = `messages[${index}]`;
  if (role === "tool" || role === "function")
    refuse(`${at}.role`, `the role "${role}"`, "Leave messages of this role out; this network offers no tools yet.");
  if (calls !== undefined && calls !== null && !isEmpty(calls)) refuse(`${at}.tool_calls`, "tool_calls");
  if (!Array.isArray(content)) return;
  content.forEach((part: unknown, place) => {
    if (!isFields(part) || part["type"] === "text" || typeof part["type"] !== "string") return;
    refuse(`${at}.content[${place}].type`, `content of type "${part["type"]}"`, "Send parts of text alone.");
  });
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `next`: where leaving the field out would not do. */
function refuse(param: string, what: string, next?: string): never {
  const options = { details: { param }, ...(next !== undefined && { next }) };
  throw new LloomError("UNSUPPORTED", `Not supported: ${what}.`, options);
}
