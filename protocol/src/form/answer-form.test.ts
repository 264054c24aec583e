import { describe, expect, it } from "vitest";
import type { ChatMessage, Sampling } from "../messages.ts";
import { argumentsForm, formProblem, readForm, toldForm } from "./answer-form.ts";
import { type Tool, toolsText, turnText } from "./tools.ts";

const PLAIN: Sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };
const USER: ChatMessage = { role: "user", content: "?" };
const WEATHER: Tool = {
  name: "weather",
  parameters: { properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
};
const NOW: Tool = { name: "now" };
const WITH_TOOLS: readonly ChatMessage[] = [{ role: "tools", content: toolsText([WEATHER, NOW]) }, USER];
const AUTO = { choice: "auto", most: 2 } as const;
const REQUIRED = { choice: "required", most: 2 } as const;
const ANY_OBJECT = { kind: "object", properties: [], further: "any" };
const invalid = (words: string) =>
  expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringContaining(words) });

describe("the arguments of a function", () => {
  it("are any object where nothing is said of them", () => {
    expect(argumentsForm(NOW)).toEqual({ root: ANY_OBJECT, named: new Map() });
    expect(argumentsForm({ name: "f", parameters: {}, strict: true }).root).toEqual(ANY_OBJECT);
    expect(argumentsForm({ name: "f", parameters: { description: "What." } }).root).toEqual(ANY_OBJECT);
  });

  it("are what its schema says, of which they may be an object alone where it is strict", () => {
    const city = { name: "city", form: { kind: "string", length: {} }, isRequired: true };
    for (const strict of [true, false])
      expect(argumentsForm({ ...WEATHER, strict }).root).toEqual({
        kind: "object",
        properties: [city],
        further: "none",
      });
    const parameters = { type: "string" };
    expect(argumentsForm({ name: "f", parameters }).root.kind).toBe("string");
    const other = { name: "f", parameters: { anyOf: [parameters] } };
    expect(argumentsForm(other).root.kind).toBe("anyOf");
    expect(() => argumentsForm({ ...other, strict: true })).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
  });

  it("are refused where they are strict and cannot be told, else they are any object", () => {
    const tool: Tool = { name: "f", parameters: { oneOf: [], minLength: 1, $defs: { a: true }, $ref: "#/$defs/a" } };
    expect(() => argumentsForm({ ...tool, strict: true })).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
    for (const one of [tool, { ...tool, strict: false }])
      expect(argumentsForm(one)).toEqual({ root: ANY_OBJECT, named: new Map() });
  });
});

describe("a form", () => {
  it("by which an answer is told right or wrong is a schema's or that of calls, unless a string may cut the answer off", () => {
    const schema = { ...PLAIN, responseFormat: "json", jsonSchema: "{}" } as const;
    const calls = { ...PLAIN, toolUse: AUTO };
    expect([PLAIN, { ...PLAIN, responseFormat: "json" } as const, schema, calls].map(toldForm)).toEqual([
      ...[undefined, undefined, "schema", "calls"],
    ]);
    expect([schema, calls].map((one) => toldForm({ ...one, stop: ["x"] }))).toEqual([undefined, undefined]);
  });

  it("is none for a plain request", () => {
    expect(readForm(PLAIN, [USER])).toEqual({});
    expect(readForm(PLAIN, WITH_TOOLS)).toEqual({});
  });

  it("is a schema, which has to be one", () => {
    const asked = (jsonSchema: string) => readForm({ ...PLAIN, responseFormat: "json", jsonSchema }, [USER]);
    expect(asked('{"type":"null"}')).toEqual({ schema: { root: { kind: "null" }, named: new Map() } });
    expect(() => asked("{")).toThrow(invalid("object"));
    expect(() => asked('{"type":"text"}')).toThrow(invalid("type"));
    expect(() => asked('{"oneOf":[]}')).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
  });

  it("is calls of all functions, or of the one that is named", () => {
    const callable = (toolUse: Sampling["toolUse"]) => readForm({ ...PLAIN, toolUse }, WITH_TOOLS).calls?.callable;
    expect(callable(AUTO)).toEqual(new Map([WEATHER, NOW].map((tool) => [tool.name, argumentsForm(tool)])));
    expect(readForm({ ...PLAIN, toolUse: AUTO }, WITH_TOOLS).calls?.use).toEqual(AUTO);
    expect([...(callable({ ...REQUIRED, name: "now" })?.keys() ?? [])]).toEqual(["now"]);
    expect(() => callable({ ...REQUIRED, name: "then" })).toThrow(invalid("then"));
  });

  it("is refused where there is nothing to call, or messages do not stand where they may", () => {
    expect(() => readForm({ ...PLAIN, toolUse: AUTO }, [USER])).toThrow(invalid("to call"));
    expect(() => readForm(PLAIN, [USER, { role: "tool", content: "" }])).toThrow(invalid("messages.1"));
    expect(() => readForm(PLAIN, [{ role: "tools", content: "[]" }, USER])).toThrow(invalid("list of functions"));
  });
});

describe("an answer to a schema", () => {
  const sampling: Sampling = { ...PLAIN, responseFormat: "json", jsonSchema: JSON.stringify(WEATHER.parameters) };
  const problemOf = (text: string, more: Partial<Sampling> = {}, isWhole = true) =>
    formProblem({ text, isWhole, sampling: { ...sampling, ...more }, messages: [USER] });

  it("meets it", () => {
    expect(problemOf(' {"city": "Rome"}\n')).toBeUndefined();
  });

  it("does not, and it is told where", () => {
    expect(problemOf('{"city": 1}')).toMatch(/schema at city\.$/);
    expect(problemOf("[]")).toMatch(/schema\.$/);
  });

  it("is no JSON, whatever the schema is", () => {
    for (const text of ["", "Rome", '{"city": "Rome"} ok']) {
      expect(problemOf(text)).toMatch(/schema\.$/);
      expect(problemOf(text, { jsonSchema: "true" })).toMatch(/schema\.$/);
    }
    expect(problemOf("1", { jsonSchema: "true" })).toBeUndefined();
  });

  it("is not looked at where it was cut, by its length or a stop string", () => {
    expect(problemOf('{"ci', {}, false)).toBeUndefined();
    expect(problemOf('{"ci', { stop: ["t"] })).toBeUndefined();
  });

  it("is not looked at where nothing was asked of it", () => {
    const messages: readonly ChatMessage[] = [{ role: "tool", content: "" }];
    expect(formProblem({ text: "<tool_call>", isWhole: true, sampling: PLAIN, messages })).toBeUndefined();
    expect(() => formProblem({ text: "", isWhole: true, sampling, messages })).toThrow(invalid("messages.0"));
  });
});

describe("an answer that may call functions", () => {
  const rome = { name: "weather", arguments: '{"city":"Rome"}' };
  const now = { name: "now", arguments: '{"zone":[]}' };
  const problemOf = (text: string, toolUse: Sampling["toolUse"] = AUTO, isWhole = true) =>
    formProblem({ text, isWhole, sampling: { ...PLAIN, toolUse }, messages: WITH_TOOLS });

  it("calls them as it may, or says something where it need not", () => {
    for (const text of ["", "No.", turnText("Wait.", [rome]), turnText("", [rome, now])])
      expect(problemOf(text)).toBeUndefined();
    expect(problemOf(turnText("", [now, rome]), REQUIRED)).toBeUndefined();
    expect(problemOf(turnText("", [now]), { choice: "required", name: "now", most: 1 })).toBeUndefined();
  });

  it("calls none where it has to", () => {
    expect(problemOf("No.", REQUIRED)).toContain("no function");
  });

  it("calls more than it may", () => {
    expect(problemOf(turnText("", [now, now, now]))).toContain("more calls");
    expect(problemOf(turnText("", [now, now]), { ...AUTO, most: 1 })).toContain("more calls");
  });

  it("calls what there is not, or not what was named", () => {
    expect(problemOf(turnText("", [now, { ...now, name: "then" }]))).toContain("may not");
    expect(problemOf(turnText("", [rome]), { ...REQUIRED, name: "now" })).toContain("may not");
  });

  it("calls with arguments that the function does not take", () => {
    for (const given of ["{}", '{"city":1}', '{"city":"Rome","more":1}'])
      expect(problemOf(turnText("", [now, { ...rome, arguments: given }]))).toContain("arguments");
  });

  it("begins a call that is none", () => {
    expect(problemOf("<tool_call>")).toContain("call that is none");
    expect(problemOf("<tool_call>", AUTO, false)).toBeUndefined();
  });
});
