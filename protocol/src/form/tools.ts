/**
 * Functions that a model may call, as text: their list is the first message of a conversation (role `tools`), a call is a part of the
 * answer's text, and what it gave comes back as a message of role `tool`, one for each call and in the calls' order. So whatever
 * holds of messages and answers (hashes, counts, traces, evidence) holds of them.
 *
 *     call := '<tool_call>' LF '{"name": ' name ', "arguments": ' object '}' LF '</tool_call>'
 *
 * Calls stand at the end of an answer, each on lines of its own.
 */
import { z } from "zod";
import { canonicalJson, type JsonValue } from "../canonical.ts";
import { issueWords } from "../issue-words.ts";
import { LloomError } from "../lloom-error.ts";
import type { ChatMessage } from "../messages.ts";
import { SETTING_LIMITS, TOOL_NAME } from "./answer-settings.ts";
import { isDeeper, MOST_DEPTH } from "./depth.ts";
import { jsonOf } from "./json-of.ts";

/** Functions of one conversation, as OpenAI has it. */
export const MOST_TOOLS = 128;
/** Lists and objects inside each other in their list: several times what schemas may have. */
export const MOST_TOOLS_DEPTH = 256;

const toolSchema = z.strictObject({
  name: z.string().regex(TOOL_NAME),
  description: z.string().optional(),
  /** JSON Schema of an object; absent: there are none. */
  parameters: z.record(z.string(), z.json()).optional(),
  /** Calls hold to the schema of the parameters, word for word. */
  strict: z.boolean().optional(),
});
/** A function that may be called. */
export type Tool = z.infer<typeof toolSchema>;
const toolsSchema = z
  .array(toolSchema)
  .min(1)
  .max(MOST_TOOLS)
  .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, "has a name twice");

/** The one text of a list of functions. */
export const toolsText = (tools: readonly Tool[]): string => canonicalJson(tools as unknown as JsonValue);

/** The functions of a conversation; none without the message. Throws REQUEST_INVALID. */
export function toolsOf(messages: readonly ChatMessage[]): readonly Tool[] {
  const [first] = messages;
  if (first?.role !== "tools") return [];
  const given = jsonOf(first.content);
  if (isDeeper(given, MOST_TOOLS_DEPTH))
    throw new LloomError("REQUEST_INVALID", "The list of functions has too many lists and objects inside each other.");
  const parsed = toolsSchema.safeParse(given, { error: issueWords });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LloomError("REQUEST_INVALID", `The list of functions is none: ${issue?.path.join(".")} ${issue?.message}.`);
}

/** Why messages about functions do not stand where they may, or `undefined`. */
export function turnsProblem(messages: readonly ChatMessage[]): string | undefined {
  for (const [at, { role }] of messages.entries()) {
    const before = messages[at - 1]?.role;
    if (role === "tools" ? at > 0 : role === "tool" && before !== "assistant" && before !== "tool")
      return `messages.${at}: the role "${role}" cannot stand there`;
  }
  return messages.some(({ role }) => role !== "tools") ? undefined : "messages: there is nothing but functions";
}

/** A call of a function. */
export interface ToolCall {
  readonly name: string;
  /** JSON of an object. */
  readonly arguments: string;
}

/** What a call begins with; no other text has it where functions may be called. */
export const CALL_OPENS = "<tool_call>";
/** Around a call's name and arguments. */
export const CALL_PARTS = ['<tool_call>\n{"name": ', ', "arguments": ', "}\n</tool_call>"] as const;
const CALL_CLOSES = "\n</tool_call>";

/** A call as it stands in an answer. */
export const callText = ({ name, arguments: given }: ToolCall): string =>
  `${CALL_PARTS[0]}${JSON.stringify(name)}${CALL_PARTS[1]}${given}${CALL_PARTS[2]}`;

/** An assistant's turn with its calls, as it stands in a conversation. */
export const turnText = (content: string, calls: readonly ToolCall[]): string =>
  [...(content === "" ? [] : [content]), ...calls.map(callText)].join("\n");

/** What an answer says, and what it calls. */
export interface ToldAnswer {
  readonly content: string;
  readonly calls: readonly ToolCall[];
}

const callSchema = z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) });

/** Reads an answer; `undefined` where it begins a call that is none, such as one that was cut off. */
export function readCalls(text: string): ToldAnswer | undefined {
  const at = text.indexOf(CALL_OPENS);
  if (at < 0) return { content: text, calls: [] };
  const calls: ToolCall[] = [];
  for (let rest = text.slice(at); rest !== ""; rest = rest.trim()) {
    const end = rest.indexOf(CALL_CLOSES);
    if (!rest.startsWith(CALL_OPENS) || end < 0 || calls.length >= SETTING_LIMITS.toolCalls) return undefined;
    const call = callSchema.safeParse(jsonOf(rest.slice(CALL_OPENS.length, end))).data;
    if (call === undefined || isDeeper(call.arguments, MOST_DEPTH)) return undefined;
    calls.push({ name: call.name, arguments: JSON.stringify(call.arguments) });
    rest = rest.slice(end + CALL_CLOSES.length);
  }
  return { content: text.slice(0, at).trimEnd(), calls };
}
