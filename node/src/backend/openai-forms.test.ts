import { callText, turnText } from "@lloom/protocol/form/tools";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ASK,
  answer,
  DONE,
  event,
  finish,
  json,
  type StagedOpenAi,
  stageOpenAi,
  text,
  usage,
} from "../../../test/support/staged-openai.ts";
import { openOpenAi } from "./openai.ts";

const never = new AbortController().signal;
const TOOLS: ChatMessage = {
  role: "tools",
  content: '[{"name":"now","parameters":{"properties":{"in":{"enum":["UTC"]}},"required":["in"],"type":"object"}}]',
};
const CALL = { name: "now", arguments: '{"in":"UTC"}' };
const required = { toolUse: { choice: "required", most: 2 } } as const;

let server: StagedOpenAi;
beforeAll(async () => {
  server = await stageOpenAi();
});
beforeEach(() => {
  server.asked.length = 0;
});
afterAll(() => server[Symbol.asyncDispose]());

async function ask(sampling: Partial<Sampling>, messages: readonly ChatMessage[] = ASK.messages): Promise<string> {
  await using backend = openOpenAi({ kind: "openai", url: server.url });
  let told = "";
  const asked = { ...ASK, messages, sampling: { ...ASK.sampling, ...sampling } };
  for await (const one of backend.complete(asked, never)) if (one.type === "text") told += one.text;
  return told;
}
const calls = (...pieces: object[]): string =>
  event({ choices: [{ index: 0, delta: { tool_calls: pieces }, finish_reason: null }] });
const says =
  (...parts: string[]) =>
  (response: Parameters<StagedOpenAi["chat"]>[0]): void =>
    answer(response, [...parts, usage(9, 5), DONE]);
const failed = { code: "BACKEND_FAILED" };

describe("a server of OpenAI's API", () => {
  it("is told what shapes the answer, with all digits of a seed", async () => {
    server.chat = says(text("Hello"), finish("stop"));
    const shaped = { minPMilli: 50, presencePenaltyMilli: 500, frequencyPenaltyMilli: -1, repeatPenaltyMilli: 1100 };
    await ask({ ...shaped, logitBias: [[7, -1500]], seed: 3 });
    await ask({ seed: 0xffff_ffff, seedHigh: 0x7fff_fffe });
    const [first, second] = server.asked;
    expect(first?.body).toMatchObject({
      ...{ min_p: 0.05, presence_penalty: 0.5, frequency_penalty: -0.001, seed: 3, logit_bias: { "7": -1.5 } },
      ...{ repeat_penalty: 1.1, repetition_penalty: 1.1 },
    });
    // As a double: the digits on the wire are exact.
    expect(second?.body["seed"]).toBe(Number(0x7fff_fffe_ffff_ffffn));
  });

  it("gets functions and calls in its own shape, and its calls come in the wire's", async () => {
    server.chat = says(
      calls({ index: 0, id: "x", function: { name: "now", arguments: '{"in":' } }),
      calls({ index: 0, function: { arguments: ' "UTC"}' } }),
      calls({ index: 1, function: { name: "now", arguments: CALL.arguments } }),
      finish("tool_calls"),
    );
    const turns: ChatMessage[] = [
      ...[TOOLS, ...ASK.messages, { role: "assistant" as const, content: turnText("Wait.", [CALL]) }],
      { role: "tool", content: "12:00" },
    ];
    expect(await ask(required, turns)).toBe([CALL, CALL].map(callText).join("\n"));
    const { body } = server.asked[0] ?? {};
    expect(body).toMatchObject({
      ...{ tool_choice: "required", parallel_tool_calls: true },
      tools: [{ type: "function", function: { name: "now" } }],
      messages: [
        { role: "user" },
        { role: "assistant", content: "Wait.", tool_calls: [{ type: "function", function: CALL }] },
        { role: "tool", content: "12:00" },
      ],
    });
    const [, , result] = body?.["messages"] as { tool_call_id?: string }[];
    const [, turn] = body?.["messages"] as { tool_calls?: { id: string }[] }[];
    expect(result?.tool_call_id).toBe(turn?.tool_calls?.[0]?.id);
  });

  it("is not believed when it calls what it may not, or with arguments that are none, or not at all", async () => {
    const turns = [TOOLS, ...ASK.messages];
    server.chat = says(calls({ function: { name: "then", arguments: "{}" } }), finish("tool_calls"));
    await expect(ask(required, turns)).rejects.toMatchObject(failed);
    server.chat = says(calls({ function: { name: "now", arguments: '{"in":"CET"}' } }), finish("tool_calls"));
    await expect(ask(required, turns)).rejects.toMatchObject(failed);
    server.chat = says(calls({ function: { name: "now", arguments: "{" } }), finish("tool_calls"));
    await expect(ask(required, turns)).rejects.toMatchObject(failed);
    server.chat = says(text("No."), finish("stop"));
    await expect(ask(required, turns)).rejects.toMatchObject(failed);
    // Nobody asked for one.
    server.chat = says(calls({ function: CALL }), finish("tool_calls"));
    await expect(ask({})).rejects.toMatchObject(failed);
  });

  it("is held to a schema where it ends by itself", async () => {
    const jsonSchema = '{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}';
    const asked = { responseFormat: "json", jsonSchema } as const;
    server.chat = says(text('{"a": 1}'), finish("stop"));
    expect(await ask(asked)).toBe('{"a": 1}');
    expect(server.asked[0]?.body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "answer", strict: true, schema: JSON.parse(jsonSchema) },
    });
    server.chat = says(text('{"a": "1"}'), finish("stop"));
    await expect(ask(asked)).rejects.toMatchObject(failed);
    server.chat = says(text('{"a": '), finish("length"));
    expect(await ask(asked)).toBe('{"a": ');
  });

  it("is offered for what servers of its kind do", async () => {
    const featuresOf = async (owned_by: string) => {
      server.models = (response) => json(response, 200, { data: [{ id: "m", owned_by }] });
      await using backend = openOpenAi({ kind: "openai", url: server.url });
      const [model] = await backend.listModels(never);
      return ["min_p", "logit_bias", "tools"].map((one) => model?.profile?.features?.includes(one));
    };
    expect(await featuresOf("vllm")).toEqual([true, true, true]);
    expect(await featuresOf("library")).toEqual([false, false, true]);
    expect(await featuresOf("somebody")).toEqual([false, true, true]);
  });
});
