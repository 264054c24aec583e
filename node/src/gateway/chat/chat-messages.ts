import { type ToolCall, turnText } from "@lloom/protocol/form/tools";
import { type ChatMessage, WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { textField } from "../fields/field-forms.ts";
import { invalidField } from "../http-problem.ts";

const contentProblem = "must be a string or a list of text parts";
const messagesProblem = `must be a list of 1 to ${WIRE_LIMITS.messages} messages`;
const roleProblem = "must be system, developer, user, assistant or tool";
const argumentsProblem = "must be the JSON of an object";

const textPart = z.object({ type: z.literal("text", "must be text"), text: textField }, "must be a text part");
const content = z.union([textField, z.array(textPart, contentProblem).min(1, contentProblem)], contentProblem);
/** What an assistant said, or would not say. */
const answerPart = z.union(
  [
    textPart,
    z
      .object({ type: z.literal("refusal"), refusal: textField })
      .transform(({ refusal }) => ({ type: "text" as const, text: refusal })),
  ],
  "must be a part of text or of a refusal",
);
const answerContent = z.union([textField, z.array(answerPart, contentProblem)], contentProblem);
const callArguments = textField.transform((text, context) => {
  const object = objectOf(text === "" ? "{}" : text);
  if (object === undefined) context.addIssue({ code: "custom", message: argumentsProblem });
  return JSON.stringify(object ?? {});
});
const callSchema = z.object({
  id: z.string("must be text").min(1, "must not be empty"),
  function: z.object({ name: textField, arguments: callArguments }, "must be an object with name and arguments"),
});

const turnSchema = z.discriminatedUnion(
  "role",
  [
    /** OpenAI renamed its system role. */
    z.object({ role: z.enum(["system", "developer"]).transform(() => "system" as const), content }),
    z.object({ role: z.literal("user"), content }),
    /** A turn that said nothing comes back without content, one that refused with the words of its refusal. */
    z.object({
      role: z.literal("assistant"),
      content: answerContent.nullish(),
      refusal: textField.nullish(),
      tool_calls: z.array(callSchema, "must be a list of calls").nullish(),
    }),
    z.object({ role: z.literal("tool"), content, tool_call_id: z.string("must be text") }),
  ],
  {
    error: ({ input }) =>
      typeof input === "object" && input !== null && "role" in input
        ? roleProblem
        : "must be an object with role and content",
  },
);
type Turn = z.infer<typeof turnSchema>;

/** The field `messages`. */
export const messagesField = z
  .array(turnSchema, messagesProblem)
  .min(1, messagesProblem)
  .max(WIRE_LIMITS.messages, messagesProblem);

/**
 * Turns as the network has them: what calls gave stands in the calls' order, since the wire has no ids. Throws REQUEST_INVALID for a
 * `tool_call_id` that no call before it has, that was answered already, or that is missing.
 */
export function wireMessages(turns: readonly Turn[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let open: OpenCalls | undefined;
  for (const [at, turn] of turns.entries()) {
    if (turn.role === "tool") {
      open = answered(open, { at, id: turn.tool_call_id, content: joinParts(turn.content) });
      continue;
    }
    messages.push(...closed(open, at));
    open = undefined;
    if (turn.role !== "assistant") {
      messages.push({ role: turn.role, content: joinParts(turn.content) });
      continue;
    }
    const calls = turn.tool_calls ?? [];
    const said = [turn.content ?? "", turn.refusal ?? ""].map(joinParts).filter(Boolean).join("\n");
    messages.push({ role: "assistant", content: turnText(said, calls.map(callOf)) });
    if (calls.length > 0) open = { ids: calls.map(({ id }) => id), given: new Map() };
  }
  return [...messages, ...closed(open, turns.length)];
}

const callOf = ({ function: { name, arguments: given } }: z.infer<typeof callSchema>): ToolCall => ({
  name,
  arguments: given,
});

/** Calls of the last turn, and what they have given so far. */
interface OpenCalls {
  readonly ids: readonly string[];
  readonly given: Map<string, string>;
}

function answered(
  open: OpenCalls | undefined,
  { at, id, content }: { readonly at: number; readonly id: string; readonly content: string },
): OpenCalls {
  if (open?.ids.includes(id) !== true || open.given.has(id))
    throw invalidField(
      `messages[${at}].tool_call_id`,
      `messages[${at}].tool_call_id must be that of a call of the assistant's turn before, once each.`,
    );
  open.given.set(id, content);
  return open;
}

function closed(open: OpenCalls | undefined, at: number): ChatMessage[] {
  return (open?.ids ?? []).map((id) => {
    const content = open?.given.get(id);
    if (content !== undefined) return { role: "tool", content };
    throw invalidField(`messages[${at}]`, `messages[${at}] must be of role tool: a call has given nothing yet.`);
  });
}

const joinParts = (content: string | readonly { text: string }[]): string =>
  typeof content === "string" ? content : content.map((part) => part.text).join("\n");

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
