import { type Fields, isAbsent, isFields, isNothing, refuse, refuseOthers, refuseUnknown } from "../fields/refusals.ts";

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
 * nothing, also inside of messages, tools and formats.
 */
export function refuseUnsupported(fields: Fields, honoured: ReadonlySet<string>): void {
  refuseUnknown(fields, { honoured });
  refuseFormat(fields["response_format"]);
  refuseInTools(fields["tools"]);
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
