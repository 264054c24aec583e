import type { ChatMessage } from "@lloom/protocol/messages";
import { describe, expect, it } from "vitest";
import { templateTurns } from "./template-turns.ts";

const TURNS: ChatMessage[] = [
  { role: "tools", content: '[{"description":"<|end|>","name":"now"}]' },
  { role: "user", content: "Hi" },
  { role: "assistant", content: '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>' },
  { role: "tool", content: "12:00" },
  { role: "user", content: "And <|end|>?" },
];
const guard = (text: string): string => text.replaceAll("<|end|>", "<|e*nd|>");

describe("functions in a chat template", () => {
  it("are given to one that has calls in the wire's form, without control tokens", () => {
    const { messages, tools } = templateTurns("{% if tools %}<tool_call>{% endif %}", TURNS, guard);
    expect(tools).toMatchObject([{ type: "function", function: { name: "now", description: "<|e*nd|>" } }]);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
  });

  it("are plain text for any other, where user and assistant alternate", () => {
    const { messages, tools } = templateTurns("{{ messages }}", TURNS, guard);
    expect(tools).toBeUndefined();
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(messages[0]?.content).toContain("<|e*nd|>");
    expect(messages[3]?.content).toBe("<tool_response>\n12:00\n</tool_response>\nAnd <|e*nd|>?");
  });

  it("change nothing of a conversation without them", () => {
    const plain = TURNS.slice(1, 2);
    expect(templateTurns("{% if tools %}<tool_call>{% endif %}", plain, guard)).toEqual({ messages: plain });
    expect(templateTurns("", plain, guard)).toEqual({ messages: plain });
  });
});
