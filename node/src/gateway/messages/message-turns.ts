import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { textField } from "../fields/field-forms.ts";
import { isFields, isNothing, refuse, refuseOthers, under } from "../fields/refusals.ts";
import { joinedText } from "../fields/tool-forms.ts";
import type { Turn } from "../fields/turns.ts";

const contentProblem = "must be text or a list of blocks";
const messagesProblem = `must be a list of 1 to ${WIRE_LIMITS.messages} messages`;
const id = z.string("must be text").min(1, "must not be empty");
const textBlock = z.object({ type: z.literal("text"), text: textField }, "must be a block of text");
const texts = z.union([textField, z.array(textBlock, contentProblem)], contentProblem).transform(joinedText);

/** The field `system`. */
export const systemField = texts.optional();

const userBlock = z.discriminatedUnion("type", [
  textBlock,
  z.object({
    type: z.literal("tool_result"),
    tool_use_id: id,
    content: texts.nullish(),
    is_error: z.boolean("must be true or false").nullish(),
  }),
]);
const assistantBlock = z.discriminatedUnion("type", [
  textBlock,
  z.object({ type: z.literal("tool_use"), id, name: textField, input: z.record(z.string(), z.json()) }),
  /** How an earlier answer came about; it is left out, as in chat. */
  z.object({ type: z.enum(["thinking", "redacted_thinking"]) }),
]);

const turn = z.discriminatedUnion(
  "role",
  [
    z.object({
      role: z.literal("user"),
      content: z.union([textField, z.array(userBlock, contentProblem)], contentProblem),
    }),
    z.object({
      role: z.literal("assistant"),
      content: z.union([textField, z.array(assistantBlock, contentProblem)], contentProblem),
    }),
  ],
  "must be an object whose role is user or assistant",
);

/** The field `messages`. */
export const messagesField = z
  .array(turn, messagesProblem)
  .min(1, messagesProblem)
  .max(WIRE_LIMITS.messages, messagesProblem);
type Message = z.infer<typeof turn>;

/** Blocks that are read, each with its fields; where a cache may cut changes nothing. */
const BLOCK_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(["type", "text", "cache_control", "citations"]),
  tool_result: new Set(["type", "tool_use_id", "content", "is_error", "cache_control"]),
  tool_use: new Set(["type", "id", "name", "input", "cache_control", "caller"]),
};
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["role", "content"]);

/** Throws UNSUPPORTED for blocks and fields that this network cannot honour, and for an answer that is to be gone on with. */
export function refuseInMessages(messages: unknown): void {
  if (!Array.isArray(messages)) return;
  messages.forEach((message: unknown, index) => {
    if (!isFields(message)) return;
    const at = `messages[${index}]`;
    refuseOthers(at, message, { known: MESSAGE_FIELDS, asksNothing: isNothing });
    refuseInBlocks(message["content"], `${at}.content`);
    if (index === messages.length - 1 && message["role"] === "assistant")
      refuse(`${at}.role`, "going on with a turn of the assistant's", "End with a turn of the user's.");
  });
}

/** The same of blocks, wherever they stand. */
export function refuseInBlocks(blocks: unknown, at: string): void {
  if (!Array.isArray(blocks)) return;
  blocks.forEach((block: unknown, place) => {
    if (!isFields(block)) return;
    const { type } = block;
    if (typeof type !== "string" || type === "thinking" || type === "redacted_thinking") return;
    const known = under(BLOCK_FIELDS, type);
    if (known === undefined)
      refuse(`${at}[${place}].type`, `blocks of type "${type}"`, "Send text, and calls of functions.");
    refuseOthers(`${at}[${place}]`, block, { known, asksNothing: isNothing });
    if (type === "tool_result") refuseInBlocks(block["content"], `${at}[${place}].content`);
  });
}

/** Messages as turns: what calls gave stands in the user's turns here, before what the user says. */
export function turnsOf(messages: readonly Message[]): Turn[] {
  return messages.flatMap((message, index): Turn[] => {
    const at = `messages[${index}]`;
    const { content } = message;
    if (typeof content === "string")
      return message.role === "user"
        ? [{ at, role: "user", content }]
        : [{ at, role: "assistant", content, calls: [] }];
    return message.role === "user" ? userTurns(message.content, at) : [assistantTurn(message.content, at)];
  });
}

type Blocks<Role extends Message["role"]> = Extract<Message, { readonly role: Role }>["content"];

function userTurns(blocks: Blocks<"user">, at: string): Turn[] {
  if (typeof blocks === "string") return [];
  const results = blocks.flatMap((block, place): Turn[] => {
    if (block.type !== "tool_result") return [];
    const { tool_use_id, content, is_error } = block;
    const given = content ?? "";
    return [
      {
        ...{ at, role: "tool", id: tool_use_id, idAt: `${at}.content[${place}].tool_use_id` },
        // The wire has no other word for it.
        content: is_error === true ? `Error: ${given}` : given,
      },
    ];
  });
  const said = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  const text: Turn[] = said.length > 0 || results.length === 0 ? [{ at, role: "user", content: said.join("\n") }] : [];
  return [...results, ...text];
}

function assistantTurn(blocks: Blocks<"assistant">, at: string): Turn {
  const parts = typeof blocks === "string" ? [] : blocks;
  return {
    ...{ at, role: "assistant" },
    content: parts.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n"),
    calls: parts.flatMap((block) =>
      block.type === "tool_use" ? [{ id: block.id, name: block.name, arguments: JSON.stringify(block.input) }] : [],
    ),
  };
}
