import { SETTING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { callText, readCalls, toolsOf } from "@lloom/protocol/form/tools";
import type { ChatMessage } from "@lloom/protocol/messages";
import { LloomError } from "../errors.ts";
import { parseJson } from "./openai-call.ts";
import type { CallPart } from "./openai-shapes.ts";

/** Arguments of one call, characters. */
const MOST_ARGUMENTS = 1024 * 1024;

/** Gathers the calls of a streamed answer. */
export class CallParts {
  readonly #calls: { name: string; given: string }[] = [];

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** Throws BACKEND_FAILED for more than there may be. */
  add(parts: readonly CallPart[]): void {
    for (const { index = this.#calls.length, function: part } of parts) {
      if (index >= SETTING_LIMITS.toolCalls || index > this.#calls.length)
        throw new LloomError("BACKEND_FAILED", "The backend calls more functions than one answer may.");
      this.#calls[index] ??= { name: "", given: "" };
      const call = this.#calls[index];
      if (call.name === "") call.name = part?.name ?? "";
      call.given += part?.arguments ?? "";
      if (call.given.length > MOST_ARGUMENTS)
        throw new LloomError("BACKEND_FAILED", "The backend's call of a function is too long.");
    }
  }

  /** The calls as the wire has them, behind text or not. Throws BACKEND_FAILED for arguments that are none. */
  text(isBehindText: boolean): string {
    const texts = this.#calls.map(({ name, given }) => {
      const value = given.trim() === "" ? {} : parseJson(given);
      if (name === "" || typeof value !== "object" || value === null || Array.isArray(value))
        throw new LloomError("BACKEND_FAILED", "The backend calls a function with arguments that are none.");
      return callText({ name, arguments: JSON.stringify(value) });
    });
    return texts.length === 0 ? "" : `${isBehindText ? "\n" : ""}${texts.join("\n")}`;
  }
}

/** Messages and functions in OpenAI's shape. */
export interface OpenAiConversation {
  readonly messages: readonly object[];
  readonly tools?: readonly object[];
}

/** Calls get names of their own here, by their place: the wire has none, since what they gave stands in their order. */
export function openAiConversation(messages: readonly ChatMessage[]): OpenAiConversation {
  const tools = toolsOf(messages);
  if (tools.length === 0 && !messages.some(({ role }) => role === "tool")) return { messages };
  let open: string[] = [];
  const turns = messages.flatMap(({ role, content }, index): object[] => {
    if (role === "tools") return [];
    if (role === "tool") return [{ role, content, tool_call_id: open.shift() ?? `call_${index}` }];
    const told = role === "assistant" ? readCalls(content) : undefined;
    if (told === undefined || told.calls.length === 0) return [{ role, content }];
    open = told.calls.map((_, place) => `call_${index}_${place}`);
    const calls = told.calls.map((call, place) => ({ id: open[place], type: "function", function: { ...call } }));
    return [{ role, content: told.content === "" ? null : told.content, tool_calls: calls }];
  });
  if (tools.length === 0) return { messages: turns };
  return { messages: turns, tools: tools.map((one) => ({ type: "function", function: one })) };
}
