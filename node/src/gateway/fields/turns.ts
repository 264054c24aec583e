import { type ToolCall, turnText } from "@lloom/protocol/form/tools";
import type { ChatMessage } from "@lloom/protocol/messages";
import { invalidField } from "../http-problem.ts";

/** A call of a function that was made, with the id by which what it gave names it. */
export interface CallMade extends ToolCall {
  readonly id: string;
}

/** A turn of a conversation, whichever API it came by; `at` is its place in the body, such as `messages[0]`. */
export type Turn = { readonly at: string; readonly content: string } & (
  | { readonly role: "system" | "user" }
  | { readonly role: "assistant"; readonly calls: readonly CallMade[] }
  /** What a call gave; `idAt` is the field that names the call. */
  | { readonly role: "tool"; readonly id: string; readonly idAt: string }
);

/**
 * Turns as the network has them: what calls gave stands in the calls' order, since the wire has no ids. Throws REQUEST_INVALID for
 * what no call before it has asked for, what was given twice, and what is missing; `end` is the place behind the last turn.
 */
export function wireMessages(turns: readonly Turn[], end: string): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let open: OpenCalls | undefined;
  for (const turn of turns) {
    if (turn.role === "tool") {
      open = answered(open, turn);
      continue;
    }
    messages.push(...closed(open, turn.at));
    open = undefined;
    if (turn.role !== "assistant") {
      messages.push({ role: turn.role, content: turn.content });
      continue;
    }
    const { calls, content } = turn;
    messages.push({ role: "assistant", content: turnText(content, calls.map(withoutId)) });
    if (calls.length > 0) open = { ids: calls.map(({ id }) => id), given: new Map() };
  }
  return [...messages, ...closed(open, end)];
}

const withoutId = ({ name, arguments: given }: CallMade): ToolCall => ({ name, arguments: given });

/** Calls of the last turn, and what they have given so far. */
interface OpenCalls {
  readonly ids: readonly string[];
  readonly given: Map<string, string>;
}

function answered(
  open: OpenCalls | undefined,
  { id, idAt, content }: Extract<Turn, { readonly role: "tool" }>,
): OpenCalls {
  if (open?.ids.includes(id) !== true || open.given.has(id))
    throw invalidField(idAt, `${idAt} must be that of a call of the assistant's turn before, once each.`);
  open.given.set(id, content);
  return open;
}

function closed(open: OpenCalls | undefined, at: string): ChatMessage[] {
  return (open?.ids ?? []).map((id) => {
    const content = open?.given.get(id);
    if (content !== undefined) return { role: "tool", content };
    throw invalidField(at, `${at} must be what a call gave: one of the turn before has given nothing yet.`);
  });
}

/** The JSON of an object, written without blanks; undefined for any other text. No text at all stands for no arguments. */
export function argumentsText(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? JSON.stringify(value) : undefined;
  } catch {
    return undefined;
  }
}
