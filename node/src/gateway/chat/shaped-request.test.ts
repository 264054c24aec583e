import { describe, expect, it } from "vitest";
import { parseChatRequest } from "./chat-request.ts";

const ask = (changes: Record<string, unknown>) => ({
  ...{ model: "m", messages: [{ role: "user", content: "Hello" }] },
  ...changes,
});
const tool = (changes: object) => ({ type: "function", function: { name: "f", ...changes } });
const schema = (of: object) => ({ type: "json_schema", json_schema: { name: "answer", schema: of } });
const called = (...ids: string[]) => ({
  ...{ role: "assistant", content: null },
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "f", arguments: `{ "of": "${id}" }` } })),
});
const given = (id: string) => ({ role: "tool", tool_call_id: id, content: `gave ${id}` });

describe("what shapes an answer", () => {
  it("signs whatever shapes the answer, in thousandths", () => {
    const { sampling } = parseChatRequest(
      ask({
        ...{ min_p: 0.05, presence_penalty: 0.5, frequency_penalty: -2, repetition_penalty: 1.1 },
        logit_bias: { 50256: -100, 7: 0.5, 9: 0 },
      }),
    );
    expect(sampling).toMatchObject({
      ...{ minPMilli: 50, presencePenaltyMilli: 500, frequencyPenaltyMilli: -2000, repeatPenaltyMilli: 1100 },
      logitBias: [
        [7, 500],
        [50_256, -100_000],
      ],
    });
  });

  it("has functions as the first message, and what they gave in the order of their calls", () => {
    const turns = [
      { role: "user", content: "Hi" },
      called("a", "b"),
      given("b"),
      given("a"),
      { role: "user", content: "?" },
    ];
    const { messages, sampling } = parseChatRequest(ask({ tools: [tool({ description: "F." })], messages: turns }));
    expect(messages).toEqual([
      { role: "tools", content: '[{"description":"F.","name":"f"}]' },
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content:
          '<tool_call>\n{"name": "f", "arguments": {"of":"a"}}\n</tool_call>\n<tool_call>\n{"name": "f", "arguments": {"of":"b"}}\n</tool_call>',
      },
      ...["gave a", "gave b"].map((content) => ({ role: "tool", content })),
      { role: "user", content: "?" },
    ]);
    expect(sampling.toolUse).toEqual({ choice: "auto", most: 16 });
  });

  it.each([
    ["none", true, undefined],
    ["auto", false, { choice: "auto", most: 1 }],
    ["required", true, { choice: "required", most: 16 }],
    [{ type: "function", function: { name: "f" } }, true, { choice: "required", name: "f", most: 1 }],
  ])("knows the choice %j of functions", (tool_choice, parallel_tool_calls, toolUse) => {
    const { sampling } = parseChatRequest(ask({ tools: [tool({})], tool_choice, parallel_tool_calls }));
    expect(sampling.toolUse).toEqual(toolUse);
  });

  it("keeps a schema's own order", () => {
    const of = { type: "object", properties: { b: { type: "string" }, a: { type: "null" } } };
    const { sampling } = parseChatRequest(ask({ response_format: schema(of) }));
    expect(sampling).toMatchObject({ responseFormat: "json", jsonSchema: JSON.stringify(of) });
  });

  it("asks for log probabilities, of ten at each place at most, and never for those of nothing", () => {
    expect(parseChatRequest(ask({ logprobs: true, top_logprobs: 10 })).logprobs).toBe(10);
    expect(parseChatRequest(ask({ logprobs: true })).logprobs).toBe(0);
    expect(parseChatRequest(ask({ logprobs: false, top_logprobs: 0 })).logprobs).toBeUndefined();
    for (const wrong of [{ logprobs: true, top_logprobs: 11 }, { top_logprobs: 2 }])
      expect(() => parseChatRequest(ask(wrong))).toThrow(
        expect.objectContaining({ code: "REQUEST_INVALID", details: { param: "top_logprobs" } }),
      );
  });

  it("asks for 1 to 16 answers", () => {
    expect([{}, { n: 3 }].map((changes) => parseChatRequest(ask(changes)).choices)).toEqual([1, 3]);
    for (const n of [0, 17, 1.5])
      expect(() => parseChatRequest(ask({ n }))).toThrow(expect.objectContaining({ details: { param: "n" } }));
  });
});
