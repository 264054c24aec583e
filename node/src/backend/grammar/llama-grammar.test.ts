import { fileURLToPath } from "node:url";
import { canonicalJson, type JsonValue } from "@lloom/protocol/canonical";
import { valueProblem } from "@lloom/protocol/form/check-value";
import { readSchema } from "@lloom/protocol/form/read-schema";
import { readCalls, type Tool, toolsText } from "@lloom/protocol/form/tools";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../../log.ts";
import type { Backend } from "../backend.ts";
import { openLlama } from "../llama.ts";

const modelPath = fileURLToPath(new URL("../../../models/tiny/lloom-tiny.gguf", import.meta.url));
const options = { kind: "llama", modelPath, modelName: "tiny", threads: 1, sequences: 1 } as const;
const never = new AbortController().signal;
const DRAWN: Sampling = { temperatureMilli: 1000, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };

let backend: Backend;
beforeAll(async () => {
  backend = await openLlama(options, createLog({ level: "silent", name: "test" }), never);
}, 30_000);
afterAll(() => backend[Symbol.asyncDispose]());

async function answer(messages: readonly ChatMessage[], sampling: Partial<Sampling>): Promise<string> {
  let text = "";
  const asked = { model: "tiny", messages, sampling: { ...DRAWN, ...sampling }, maxOutboundTokens: 200 };
  for await (const event of backend.complete(asked, never)) if (event.type === "text") text += event.text;
  return text;
}

const WEATHER: Tool = {
  name: "get_weather",
  parameters: {
    type: "object",
    properties: { city: { type: "string", maxLength: 3 }, in: { enum: ["C", "F"] } },
    required: ["city"],
    additionalProperties: false,
  },
};
const ADD: Tool = {
  name: "add",
  parameters: {
    properties: { a: { type: "integer", minimum: -5, maximum: 120 }, b: { type: "boolean" } },
    required: ["a"],
  },
};
const CONVERSATION: ChatMessage[] = [
  { role: "tools", content: toolsText([WEATHER, ADD]) },
  { role: "user", content: "Hi" },
];
const SCHEMAS: readonly JsonValue[] = [
  {
    type: "object",
    properties: {
      name: { type: "string", minLength: 1, maxLength: 4 },
      age: { type: ["integer", "null"], minimum: 0, maximum: 130 },
      tags: { type: "array", items: { enum: ["a", 'b\n"c"'] }, minItems: 1, maxItems: 2 },
      at: { anyOf: [{ $ref: "#/$defs/place" }, { type: "boolean" }] },
    },
    required: ["name", "tags"],
    additionalProperties: false,
    $defs: { place: { type: "object", properties: { x: { const: 1 }, y: { type: "integer", maximum: -3 } } } },
  },
  { type: "array", items: { type: "integer", minimum: 7, maximum: 1234 }, maxItems: 4 },
];

describe("the tiny model, drawing as it likes", () => {
  it("meets a schema 50 of 50 times", async () => {
    for (let seed = 0; seed < 50; seed++) {
      const schema = SCHEMAS[seed % SCHEMAS.length] as JsonValue;
      const text = await answer([{ role: "user", content: "Hi" }], {
        ...{ seed, responseFormat: "json", jsonSchema: canonicalJson(schema) },
      });
      expect([text, valueProblem(readSchema(schema), JSON.parse(text))]).toEqual([text, undefined]);
    }
  }, 240_000);

  it("calls functions rightly 50 of 50 times", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const name = seed % 4 === 0 ? { name: "add" } : {};
      const text = await answer(CONVERSATION, {
        seed,
        toolUse: { choice: "required", most: seed % 2 === 0 ? 1 : 2, ...name },
      });
      const told = readCalls(text);
      expect(told?.content).toBe("");
      expect(told?.calls.length).toBeGreaterThan(0);
      for (const call of told?.calls ?? []) {
        seen.add(call.name);
        if (seed % 4 === 0) expect(call.name).toBe("add");
        const { parameters = {} } = [WEATHER, ADD].find((tool) => tool.name === call.name) ?? {};
        expect(valueProblem(readSchema({ type: "object", ...parameters }), JSON.parse(call.arguments))).toBeUndefined();
      }
    }
    expect([...seen].sort()).toEqual(["add", "get_weather"]);
  }, 240_000);

  it("may answer in plain words where it need not call", async () => {
    const text = await answer(CONVERSATION, { seed: 1, toolUse: { choice: "auto", most: 1 } });
    expect(readCalls(text)).toMatchObject({ content: text.trimEnd() });
  }, 30_000);
});
