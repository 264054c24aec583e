import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { textField } from "../fields/field-forms.ts";
import { argumentsField, joinedText } from "../fields/tool-forms.ts";
import type { CallMade, Turn } from "../fields/turns.ts";

const contentProblem = "must be a string or a list of text parts";
const messagesProblem = `must be a list of 1 to ${WIRE_LIMITS.messages} messages`;
const roleProblem = "must be system, developer, user, assistant or tool";

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
const callSchema = z.object({
  id: z.string("must be text").min(1, "must not be empty"),
  function: z.object({ name: textField, arguments: argumentsField }, "must be an object with name and arguments"),
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
type Message = z.infer<typeof turnSchema>;

/** The field `messages`. */
export const messagesField = z
  .array(turnSchema, messagesProblem)
  .min(1, messagesProblem)
  .max(WIRE_LIMITS.messages, messagesProblem);

/** Messages as turns of a conversation. */
export function turnsOf(messages: readonly Message[]): Turn[] {
  return messages.map((message, index): Turn => {
    const at = `messages[${index}]`;
    if (message.role === "tool") {
      const content = joinedText(message.content);
      return { at, role: "tool", id: message.tool_call_id, idAt: `${at}.tool_call_id`, content };
    }
    if (message.role !== "assistant") return { at, role: message.role, content: joinedText(message.content) };
    const content = [message.content ?? "", message.refusal ?? ""].map(joinedText).filter(Boolean).join("\n");
    return { at, role: "assistant", content, calls: (message.tool_calls ?? []).map(callOf) };
  });
}

const callOf = ({ id, function: { name, arguments: given } }: z.infer<typeof callSchema>): CallMade => ({
  ...{ id, name, arguments: given },
});
