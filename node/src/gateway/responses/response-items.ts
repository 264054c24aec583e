import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { textField } from "../fields/field-forms.ts";
import { isFields, isNothing, refuse, refuseOthers, under } from "../fields/refusals.ts";
import { argumentsField, joinedText } from "../fields/tool-forms.ts";
import type { Turn } from "../fields/turns.ts";

const contentProblem = "must be text or a list of parts of text";
const inputProblem = `must be text or a list of 1 to ${WIRE_LIMITS.messages} items`;
const part = z.union(
  [
    z.object({ type: z.enum(["input_text", "output_text", "text"]), text: textField }),
    z.object({ type: z.literal("refusal"), refusal: textField }).transform(({ refusal }) => ({ text: refusal })),
  ],
  "must be a part of text",
);
const content = z.union([textField, z.array(part, contentProblem)], contentProblem).transform(joinedText);
const callId = z.string("must be text").min(1, "must not be empty");

const item = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message"),
    role: z.enum(["system", "developer", "user", "assistant"], "must be system, developer, user or assistant"),
    content,
  }),
  z.object({ type: z.literal("function_call"), call_id: callId, name: textField, arguments: argumentsField }),
  z.object({ type: z.literal("function_call_output"), call_id: callId, output: content }),
  /** How an earlier answer came about; it is left out, as in chat. */
  z.object({ type: z.literal("reasoning") }),
]);
type Item = z.infer<typeof item>;

/** The field `input`. Items that name no type are messages. */
export const inputField = z
  .union(
    [
      textField.transform((text): Item[] => [{ type: "message", role: "user", content: text }]),
      z
        .array(
          z.preprocess((one) => (isFields(one) ? { type: "message", ...one } : one), item),
          inputProblem,
        )
        .min(1, inputProblem)
        .max(WIRE_LIMITS.messages, inputProblem),
    ],
    { error: inputProblem },
  )
  .transform((items): readonly Item[] => items);

/** What items hold beside what is read: names of their own, and how they ended. */
const ITEM_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  message: new Set(["type", "role", "content", "id", "status", "phase"]),
  function_call: new Set(["type", "call_id", "name", "arguments", "id", "status", "parsed_arguments"]),
  function_call_output: new Set(["type", "call_id", "output", "id", "status"]),
};
const PART_FIELDS: ReadonlySet<string> = new Set(["type", "text", "refusal", "annotations", "logprobs", "parsed"]);

/** Throws UNSUPPORTED for items, parts and fields in them that this network cannot honour. */
export function refuseInInput(input: unknown): void {
  if (!Array.isArray(input)) return;
  input.forEach((one: unknown, index) => {
    if (!isFields(one)) return;
    const at = `input[${index}]`;
    const { type = "message", content: said, output } = one;
    if (type === "reasoning") return;
    const known = typeof type === "string" ? under(ITEM_FIELDS, type) : undefined;
    if (typeof type === "string" && known === undefined)
      refuse(`${at}.type`, `items of type "${type}"`, "Send messages, function calls and what those gave.");
    if (known !== undefined) refuseOthers(at, one, { known, asksNothing: isNothing });
    refuseInParts(type === "message" ? said : output, `${at}.${type === "message" ? "content" : "output"}`);
  });
}

function refuseInParts(parts: unknown, at: string): void {
  if (!Array.isArray(parts)) return;
  parts.forEach((one: unknown, place) => {
    if (!isFields(one) || typeof one["type"] !== "string") return;
    const { type } = one;
    if (!["input_text", "output_text", "text", "refusal"].includes(type))
      refuse(`${at}[${place}].type`, `content of type "${type}"`, "Send parts of text alone.");
    refuseOthers(`${at}[${place}]`, one, { known: PART_FIELDS, asksNothing: isNothing });
  });
}

/** Items as turns: calls that stand next to each other, and behind what was said with them, are one turn. */
export function turnsOf(items: readonly Item[]): Turn[] {
  const turns: Turn[] = [];
  for (const [index, one] of items.entries()) {
    const at = `input[${index}]`;
    const last = turns.at(-1);
    if (one.type === "function_call") {
      const call = { id: one.call_id, name: one.name, arguments: one.arguments };
      const isSame = last?.role === "assistant";
      if (isSame) turns[turns.length - 1] = { ...last, calls: [...last.calls, call] };
      else turns.push({ at, role: "assistant", content: "", calls: [call] });
    } else if (one.type === "function_call_output")
      turns.push({ at, role: "tool", id: one.call_id, idAt: `${at}.call_id`, content: one.output });
    else if (one.type === "message") turns.push({ at, ...messageOf(one) });
  }
  return turns;
}

function messageOf({ role, content: said }: Extract<Item, { readonly type: "message" }>) {
  if (role === "assistant") return { role, content: said, calls: [] };
  return { role: role === "developer" ? ("system" as const) : role, content: said };
}
