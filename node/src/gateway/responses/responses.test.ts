import type OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answering, END, failing } from "../../../../test/support/staged-client.ts";
import { openai, type StagedGateway, stageGateway, thrownBy } from "../../../../test/support/staged-gateway.ts";
import { LloomError } from "../../errors.ts";
import { parseResponseRequest } from "./response-request.ts";

const ASK = { model: "lloom-tiny", input: "Say hello." };
const TOOL = { type: "function" as const, name: "f", parameters: { type: "object" }, strict: false };
const CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';

let staged: StagedGateway;
let client: OpenAI;
beforeEach(async () => {
  staged = stageGateway();
  client = openai(await staged.start());
});
afterEach(() => staged[Symbol.asyncDispose]());

/** Fields that Open Responses wants in every response. */
const NEEDED = [
  ...["id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id"],
  ...["instructions", "output", "error", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p"],
  ...["presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning", "user", "usage"],
  ...["max_output_tokens", "max_tool_calls", "store", "background", "service_tier", "metadata", "safety_identifier"],
  "prompt_cache_key",
];

describe("a response", () => {
  it("has every field of Open Responses, what was said, and what it cost", async () => {
    const { data, response } = await client.responses.create({ ...ASK, instructions: "Be brief." }).withResponse();
    expect(NEEDED.filter((field) => !(field in data))).toEqual([]);
    expect(data).toMatchObject({
      ...{ object: "response", status: "completed", store: false, instructions: "Be brief.", output_text: "Hello!" },
      output: [{ type: "message", role: "assistant", status: "completed" }],
      usage: { input_tokens: 9, output_tokens: 13, total_tokens: 22 },
      lloom: { cost: "7" },
    });
    expect(response.headers.has("x-lloom-receipt")).toBe(true);
    expect(staged.client.asked[0]?.question.messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Say hello." },
    ]);
  });

  it("is incomplete where it was cut off", async () => {
    staged.client.script = async function* () {
      yield { type: "text", text: "Hel" };
      yield { ...END, finishReason: "length" };
    };
    expect(await client.responses.create({ ...ASK, max_output_tokens: 1 })).toMatchObject({
      ...{ status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, completed_at: null },
    });
  });

  it("comes in the order of Open Responses, numbered from 0", async () => {
    staged.client.script = () => answering("Hel", "lo!");
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of await client.responses.create({ ...ASK, stream: true })) events.push(event);
    expect(events.map(({ type }) => type.replace("response.", ""))).toEqual([
      ...["created", "in_progress", "output_item.added", "content_part.added"],
      ...["output_text.delta", "output_text.delta", "output_text.done", "content_part.done", "output_item.done"],
      "completed",
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    const stream = client.responses.stream(ASK);
    expect((await stream.finalResponse()).output_text).toBe("Hello!");
  });

  it("calls functions in items of their own, behind what was said", async () => {
    staged.client.script = () => answering(`Wait.\n${CALL.slice(0, 20)}`, CALL.slice(20));
    const asked = { ...ASK, tools: [TOOL], tool_choice: "required" as const };
    const { output } = await client.responses.create(asked);
    expect(output).toMatchObject([
      { type: "message", content: [{ text: "Wait." }] },
      { type: "function_call", name: "f", arguments: '{"a":1}' },
    ]);
    const told = await client.responses.stream(asked).finalResponse();
    expect(told.output.map(({ type }) => type)).toEqual(["message", "function_call"]);
    expect(staged.client.asked[0]?.question.sampling.toolUse).toEqual({ choice: "required", most: 16 });
  });

  it("fails in the middle by an event that clients throw", async () => {
    const broken = new LloomError("STREAM_INTERRUPTED", "It broke off.");
    staged.client.script = () => failing(broken, "Hel");
    const stream = await client.responses.create({ ...ASK, stream: true });
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    };
    expect(String(await thrownBy(read()))).toContain("It broke off.");
  });
});

describe("what is asked of a response", () => {
  it("is a conversation of items: calls next to each other are one turn, what they gave follows in their order", () => {
    const call = (id: string) => ({ type: "function_call", call_id: id, name: "f", arguments: `{"of":"${id}"}` });
    const gave = (id: string) => ({ type: "function_call_output", call_id: id, output: `gave ${id}` });
    const { messages } = parseResponseRequest({
      ...ASK,
      input: [
        { role: "developer", content: "Be brief." },
        { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] },
        { type: "reasoning", id: "rs_1", summary: [] },
        {
          ...{ type: "message", role: "assistant", id: "msg_1", status: "completed" },
          content: [{ type: "output_text", text: "Wait.", annotations: [] }],
        },
        ...[call("a"), call("b"), gave("b"), gave("a")],
      ],
    });
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "tool"]);
    expect(messages.at(-2)?.content).toBe("gave a");
    expect(messages[2]?.content).toMatch(/^Wait\..*"of":"a".*"of":"b"/s);
  });

  it("may be a schema, by its own order", () => {
    const schema = { type: "object", properties: { b: { type: "string" }, a: { type: "null" } } };
    const { sampling } = parseResponseRequest({
      ...ASK,
      text: { format: { type: "json_schema", name: "answer", strict: true, schema } },
    });
    expect(sampling).toMatchObject({ responseFormat: "json", jsonSchema: JSON.stringify(schema) });
  });

  it("may be what chat has as well: log probabilities, a seed, samplers", () => {
    const asked = { ...ASK, include: ["message.output_text.logprobs"], top_logprobs: 3, seed: 7, min_p: 0.1 };
    expect(parseResponseRequest(asked)).toMatchObject({ logprobs: 3, sampling: { seed: 7, minPMilli: 100 } });
  });

  it.each([
    ["previous_response_id", { previous_response_id: "resp_1" }],
    ["conversation", { conversation: "conv_1" }],
    ["store", { store: true }],
    ["background", { background: true }],
    ["truncation", { truncation: "auto" }],
    ["reasoning", { reasoning: { effort: "high" } }],
    ["include", { include: ["file_search_call.results"] }],
    ["text.verbosity", { text: { verbosity: "low" } }],
    ["max_tool_calls", { max_tool_calls: 2 }],
    ["tools[0].type", { tools: [{ type: "web_search" }] }],
    ["input[0].type", { input: [{ type: "item_reference", id: "msg_1" }] }],
    ["input[0].content[0].type", { input: [{ role: "user", content: [{ type: "input_image", image_url: "x" }] }] }],
    ["input[0].type", { input: [{ type: "toString" }] }],
    ["text.format", { tools: [TOOL], text: { format: { type: "json_object" } } }],
    [
      "text.format.schema.minimum",
      { text: { format: { type: "json_schema", name: "n", schema: { type: "number", minimum: 0 } } } },
    ],
    ["something_new", { something_new: 1 }],
  ])("is refused where %s cannot be honoured", (param, changes) => {
    expect(() => parseResponseRequest({ ...ASK, ...changes })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", details: { param } }),
    );
  });

  it.each([
    ["input[0].call_id", { input: [{ type: "function_call_output", call_id: "a", output: "" }] }],
    ["input[1]", { input: [{ type: "function_call", call_id: "a", name: "f", arguments: "{}" }] }],
    ["input", { input: [] }],
    ["tool_choice.name", { tools: [TOOL], tool_choice: { type: "function", name: "g" } }],
    ["max_output_tokens", { max_output_tokens: 0 }],
  ])("is refused where %s is wrong", (param, changes) => {
    expect(() => parseResponseRequest({ ...ASK, ...changes })).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", details: { param } }),
    );
  });

  it("accepts what asks for nothing", () => {
    const neutral = {
      ...{ store: false, background: false, truncation: "disabled", service_tier: "auto", user: "u", metadata: {} },
      ...{
        reasoning: { effort: null, summary: null },
        include: ["reasoning.encrypted_content"],
        text: { verbosity: "medium" },
      },
      ...{
        previous_response_id: null,
        stream_options: { include_obfuscation: false },
        tools: [],
        max_tool_calls: null,
      },
    };
    const { told: _, ...asked } = parseResponseRequest({ ...ASK, ...neutral });
    const { told: __, ...plain } = parseResponseRequest(ASK);
    expect(asked).toEqual(plain);
  });
});
