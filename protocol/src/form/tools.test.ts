import { describe, expect, it } from "vitest";
import { seeded } from "../../test/seeded.ts";
import type { ChatMessage } from "../messages.ts";
import { SETTING_LIMITS } from "./answer-settings.ts";
import { MOST_DEPTH } from "./depth.ts";
import {
  CALL_OPENS,
  CALL_PARTS,
  callText,
  MOST_TOOLS,
  MOST_TOOLS_DEPTH,
  readCalls,
  type ToolCall,
  toolsOf,
  toolsText,
  turnsProblem,
  turnText,
} from "./tools.ts";

const message = (role: ChatMessage["role"], content = ""): ChatMessage => ({ role, content });
const listOf = (tools: unknown): readonly ChatMessage[] => [message("tools", JSON.stringify(tools)), message("user")];
const named = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `f${index}` }));
/** JSON of so many lists inside each other. */
const nested = (deep: number): unknown => JSON.parse("[".repeat(deep) + "]".repeat(deep));

describe("the functions of a conversation", () => {
  it("are those of its first message, as they were told", () => {
    const tools = [
      { name: "f", description: "What.", parameters: { type: "object", x: [1, null] }, strict: true },
      { name: "g" },
    ];
    expect(toolsOf(listOf(tools))).toEqual(tools);
    expect(toolsOf([message("tools", toolsText(tools))])).toEqual(tools);
    expect(toolsText([{ strict: true, name: "f" }])).toBe('[{"name":"f","strict":true}]');
  });

  it("are none without it", () => {
    for (const messages of [[], [message("user")], [message("user"), ...listOf(named(1))]])
      expect(toolsOf(messages)).toEqual([]);
  });

  it("are as many as there may be", () => {
    expect(toolsOf(listOf(named(MOST_TOOLS)))).toHaveLength(MOST_TOOLS);
  });

  it.each<[string, unknown, string]>([
    ["none", [], "at least 1"],
    ["more than there may be", named(MOST_TOOLS + 1), `at most ${MOST_TOOLS}`],
    ["no list", { name: "f" }, "list"],
    ["one name twice", [{ name: "f" }, { name: "g" }, { name: "f" }], "twice"],
    ["a name that is none", [{ name: "a b" }], "0.name"],
    ["no name", [{}], "0.name is missing"],
    ["a description that is no text", [{ name: "f", description: 1 }], "0.description must be text"],
    ["parameters that are no object", [{ name: "f", parameters: true }], "0.parameters"],
    ["strict that is no truth", [{ name: "f", strict: "yes" }], "0.strict"],
    ["a field that is not known", [{ name: "f", returns: {} }], "returns"],
  ])("are refused: %s", (_, tools, words) => {
    expect(() => toolsOf(listOf(tools))).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringContaining(words) }),
    );
  });

  it("are refused where they are no JSON, or deeper than they may be", () => {
    const invalid = expect.objectContaining({ code: "REQUEST_INVALID" });
    expect(() => toolsOf([message("tools", "[")])).toThrow(invalid);
    const deep = (lists: number) => listOf([{ name: "f", parameters: { x: nested(lists) } }]);
    // The list, the function, its parameters, and a list inside which there is nothing.
    expect(toolsOf(deep(MOST_TOOLS_DEPTH - 2))).toHaveLength(1);
    for (const lists of [MOST_TOOLS_DEPTH - 1, 3000]) expect(() => toolsOf(deep(lists))).toThrow(invalid);
    expect(() => toolsOf([message("tools", "[".repeat(100_000) + "]".repeat(100_000))])).toThrow(invalid);
  });
});

describe("messages about functions", () => {
  it.each<[string, readonly ChatMessage["role"][]]>([
    ["none", ["system", "user", "assistant"]],
    ["their list first", ["tools", "user"]],
    ["what calls gave behind the turn that calls", ["tools", "user", "assistant", "tool", "tool", "assistant", "tool"]],
    ["what a call gave without their list", ["user", "assistant", "tool"]],
  ])("may stand so: %s", (_, roles) => {
    expect(turnsProblem(roles.map((role) => message(role)))).toBeUndefined();
  });

  it.each<[string, readonly ChatMessage["role"][], string]>([
    ["a list that is not first", ["user", "tools"], "messages.1"],
    ["two lists", ["tools", "tools", "user"], "messages.1"],
    ["what a call gave first", ["tool", "user"], "messages.0"],
    ["what a call gave behind the list", ["tools", "tool"], "messages.1"],
    ["what a call gave behind a question", ["tools", "user", "tool"], "messages.2"],
    ["what a call gave behind a system's turn", ["system", "tool"], "messages.1"],
    ["nothing else", ["tools"], "nothing but functions"],
  ])("may not: %s", (_, roles, words) => {
    expect(turnsProblem(roles.map((role) => message(role)))).toContain(words);
  });
});

describe("a call", () => {
  it("stands on lines of its own, behind what is said", () => {
    const call = { name: 'a"b', arguments: '{"x": 1}' };
    const text = '<tool_call>\n{"name": "a\\"b", "arguments": {"x": 1}}\n</tool_call>';
    expect(callText(call)).toBe(text);
    expect(CALL_PARTS[0].startsWith(CALL_OPENS)).toBe(true);
    expect(turnText("", [call])).toBe(text);
    expect(turnText("Wait.", [call, call])).toBe(`Wait.\n${text}\n${text}`);
    expect(turnText("Wait.", [])).toBe("Wait.");
  });
});

describe("an answer", () => {
  const CALL: ToolCall = { name: "f", arguments: "{}" };
  const raw = (json: string): string => `<tool_call>\n${json}\n</tool_call>`;

  it("without calls is what it says, with every blank", () => {
    for (const text of ["", " a < b \n", "</tool_call>", "<tool_call"])
      expect(readCalls(text)).toEqual({ content: text, calls: [] });
  });

  it("with calls is what it says before them, without the blanks between", () => {
    const told = { content: " Wait.", calls: [CALL, CALL] };
    expect(readCalls(turnText(" Wait.", [CALL, CALL]))).toEqual(told);
    expect(readCalls(` Wait. \n\n${callText(CALL)} \n \n${callText(CALL)} \n`)).toEqual(told);
    expect(readCalls(` Wait.${callText(CALL)}${callText(CALL)}`)).toEqual(told);
  });

  it("has the arguments of its calls in one form", () => {
    const told = readCalls(raw('{ "arguments": { "b": 1.0, "a": [ "</tool_call>" ] }, "name": "f" }'));
    expect(told?.calls).toEqual([{ name: "f", arguments: '{"b":1,"a":["</tool_call>"]}' }]);
  });

  it("has as many calls as it may", () => {
    const most = SETTING_LIMITS.toolCalls;
    const calls = (count: number) =>
      turnText(
        "",
        Array.from({ length: count }, () => CALL),
      );
    expect(readCalls(calls(most))?.calls).toHaveLength(most);
    expect(readCalls(calls(most + 1))).toBeUndefined();
  });

  it.each([
    ["is cut off", '<tool_call>\n{"name": "f", "arguments": {}}'],
    ["only begins", CALL_OPENS],
    ["does not end on a line of its own", '<tool_call>\n{"name": "f", "arguments": {}}</tool_call>'],
    ["is no JSON", raw("{")],
    ["has no name", raw('{"arguments": {}}')],
    ["has no text for a name", raw('{"name": 1, "arguments": {}}')],
    ["has no arguments", raw('{"name": "f"}')],
    ["has arguments that are no object", raw('{"name": "f", "arguments": []}')],
    ["has more than that", raw('{"name": "f", "arguments": {}, "id": 1}')],
    ["has text behind it", `${callText(CALL)} and more`],
    ["has text between it and the next", `${callText(CALL)} and ${callText(CALL)}`],
    [
      "is followed by one that begins otherwise",
      `${callText(CALL)}\n${callText(CALL).replace(CALL_OPENS, "<tool-call>")}`,
    ],
    ["is followed by one that is none", `${callText(CALL)}\n${CALL_OPENS}`],
  ])("is none where a call %s", (_, text) => {
    expect(readCalls(text)).toBeUndefined();
  });

  it("is none where a call's arguments are deeper than a value may be", () => {
    const deep = (lists: number): string =>
      raw(`{"name": "f", "arguments": {"x": ${"[".repeat(lists)}${"]".repeat(lists)}}}`);
    expect(readCalls(deep(MOST_DEPTH))?.calls).toHaveLength(1);
    for (const lists of [MOST_DEPTH + 1, 100_000]) expect(readCalls(deep(lists))).toBeUndefined();
  });

  it("is read back as it was written, whatever it says and calls (seed 1202)", () => {
    const random = seeded(1202);
    for (let round = 0; round < 300; round++) {
      const content = random.text(20).trimEnd();
      const calls = Array.from({ length: random.below(4) }, () => ({
        name: random.text(10),
        arguments: JSON.stringify({ [`k${random.text(5)}`]: random.text(20), closing: "\n</tool_call>" }),
      }));
      expect(readCalls(turnText(content, calls))).toEqual({ content, calls });
    }
  });
});
