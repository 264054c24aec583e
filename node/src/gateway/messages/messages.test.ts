import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answering, END, failing } from "../../../../test/support/staged-client.ts";
import { type StagedGateway, stageGateway, thrownBy } from "../../../../test/support/staged-gateway.ts";
import { LloomError } from "../../errors.ts";
import type { Gateway } from "../gateway.ts";
import { parseMessageRequest } from "./message-request.ts";

const ASK = { model: "lloom-tiny", max_tokens: 20, messages: [{ role: "user" as const, content: "Say hello." }] };
const TOOL = { name: "f", input_schema: { type: "object" as const } };
const CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';

const anthropic = ({ url }: Gateway, apiKey = "none"): Anthropic =>
  new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });

let staged: StagedGateway;
let client: Anthropic;
beforeEach(async () => {
  staged = stageGateway();
  client = anthropic(await staged.start());
});
afterEach(() => staged[Symbol.asyncDispose]());

describe("a message", () => {
  it("is what the official client expects, with what it cost", async () => {
    const { data, response } = await client.messages.create({ ...ASK, system: "Be brief." }).withResponse();
    expect(data).toMatchObject({
      ...{ type: "message", role: "assistant", stop_reason: "end_turn", stop_sequence: null },
      content: [{ type: "text", text: "Hello!" }],
      usage: { input_tokens: 9, output_tokens: 13 },
      lloom: { cost: "7" },
    });
    expect(response.headers.has("x-lloom-receipt")).toBe(true);
    expect(staged.client.asked[0]?.question).toMatchObject({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Say hello." },
      ],
      maxOutboundTokens: 20,
    });
  });

  it("comes in the events of Anthropic's API", async () => {
    staged.client.script = () => answering("Hel", "lo!");
    const events: Anthropic.RawMessageStreamEvent[] = [];
    for await (const event of await client.messages.create({ ...ASK, stream: true })) events.push(event);
    expect(events.map(({ type }) => type)).toEqual([
      ...["message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"],
      ...["message_delta", "message_stop"],
    ]);
    expect(events.at(-1)).toMatchObject({ lloom: { cost: "7" } });
    const message = await client.messages.stream(ASK).finalMessage();
    expect(message).toMatchObject({
      ...{ content: [{ type: "text", text: "Hello!" }], stop_reason: "end_turn" },
      usage: { input_tokens: 9, output_tokens: 13 },
    });
  });

  it("calls functions in blocks of their own, whole and in a stream", async () => {
    staged.client.script = () => answering(`Wait.\n${CALL.slice(0, 20)}`, CALL.slice(20));
    const asked = { ...ASK, tools: [TOOL], tool_choice: { type: "any" as const } };
    const expected = {
      stop_reason: "tool_use",
      content: [
        { type: "text", text: "Wait." },
        { type: "tool_use", name: "f", input: { a: 1 } },
      ],
    };
    expect(await client.messages.create(asked)).toMatchObject(expected);
    expect(await client.messages.stream(asked).finalMessage()).toMatchObject(expected);
  });

  it("says that it was cut off", async () => {
    staged.client.script = async function* () {
      yield { type: "text", text: "Hel" };
      yield { ...END, finishReason: "length" };
    };
    expect((await client.messages.create(ASK)).stop_reason).toBe("max_tokens");
  });

  it("fails in the shape of Anthropic's API, also in the middle of a stream", async () => {
    const wrong = await thrownBy(client.messages.create({ ...ASK, max_tokens: 0 }));
    expect(wrong).toBeInstanceOf(Anthropic.BadRequestError);
    expect(wrong).toMatchObject({
      error: { type: "error", error: { type: "invalid_request_error", param: "max_tokens" } },
    });
    const broken = new LloomError("STREAM_INTERRUPTED", "It broke off.");
    staged.client.script = () => failing(broken, "Hel");
    expect(String(await thrownBy(client.messages.stream(ASK).finalMessage()))).toContain("It broke off.");
    staged.client.script = () => failing(new LloomError("MODEL_NOT_FOUND", "Nobody offers it."));
    expect(await thrownBy(client.messages.create(ASK))).toBeInstanceOf(Anthropic.NotFoundError);
  });

  it("takes the key where this client sends it", async () => {
    const gateway = await staged.start({ apiKeys: ["right"] });
    const refused = await thrownBy(anthropic(gateway, "wrong").messages.create(ASK));
    expect(refused).toBeInstanceOf(Anthropic.AuthenticationError);
    expect((await anthropic(gateway, "right").messages.create(ASK)).role).toBe("assistant");
  });
});

describe("what is asked of a message", () => {
  it("is a conversation of blocks: what calls gave stands in the user's turn", () => {
    const use = (id: string) => ({ type: "tool_use", id, name: "f", input: { of: id } });
    const { messages } = parseMessageRequest({
      ...ASK,
      messages: [
        { role: "user", content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral" } }] },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "...", signature: "s" },
            { type: "text", text: "Wait." },
            use("a"),
            use("b"),
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "b", is_error: true, content: "broke" },
            { type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "gave a" }] },
            { type: "text", text: "Well?" },
          ],
        },
      ],
    });
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "tool", "user"]);
    expect(messages.slice(2).map(({ content }) => content)).toEqual(["gave a", "Error: broke", "Well?"]);
  });

  it.each([
    [{ type: "auto" }, { choice: "auto", most: 16 }],
    [
      { type: "any", disable_parallel_tool_use: true },
      { choice: "required", most: 1 },
    ],
    [
      { type: "tool", name: "f" },
      { choice: "required", name: "f", most: 1 },
    ],
    [{ type: "none" }, undefined],
  ])("knows the choice %j of functions", (tool_choice, toolUse) => {
    expect(parseMessageRequest({ ...ASK, tools: [TOOL], tool_choice }).sampling.toolUse).toEqual(toolUse);
  });

  it("may be drawn and formed as elsewhere", () => {
    const schema = { type: "object", properties: { ok: { type: "boolean" } } };
    const changes = { temperature: 0.5, top_k: 4, stop_sequences: ["."], seed: 7 };
    const asked = parseMessageRequest({
      ...ASK,
      ...changes,
      output_config: { format: { type: "json_schema", schema } },
    });
    expect(asked.sampling).toMatchObject({
      ...{ temperatureMilli: 500, topK: 4, stop: ["."], seed: 7 },
      ...{ responseFormat: "json", jsonSchema: JSON.stringify(schema) },
    });
  });

  it.each([
    ["thinking", { thinking: { type: "enabled", budget_tokens: 1024 } }],
    ["tools[0].type", { tools: [{ type: "bash_20250124", name: "bash" }] }],
    ["messages[0].content[0].type", { messages: [{ role: "user", content: [{ type: "image", source: {} }] }] }],
    ["messages[0].content[0].type", { messages: [{ role: "user", content: [{ type: "constructor" }] }] }],
    ["__defineGetter__", { ["__defineGetter__"]: 1 }],
    ["messages[1].role", { messages: [...ASK.messages, { role: "assistant", content: "So" }] }],
    ["output_config.effort", { output_config: { effort: "low" } }],
    ["mcp_servers", { mcp_servers: [{}] }],
    ["stop", { stop: ["."] }],
    ["container", { container: "c" }],
    ["n", { n: 2 }],
  ])("is refused where %s cannot be honoured", (param, changes) => {
    expect(() => parseMessageRequest({ ...ASK, ...changes })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", details: { param } }),
    );
  });

  it.each([
    ["max_tokens", { max_tokens: undefined }],
    [
      "messages[0].content[0].tool_use_id",
      { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "a" }] }] },
    ],
    ["tool_choice", { tool_choice: { type: "any" } }],
    ["messages", { messages: [] }],
  ])("is refused where %s is wrong", (param, changes) => {
    expect(() => parseMessageRequest({ ...ASK, ...changes })).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", details: { param } }),
    );
  });

  it("accepts what asks for nothing", () => {
    const neutral = {
      ...{
        metadata: { user_id: "u" },
        thinking: { type: "disabled" },
        service_tier: "auto",
        tools: [],
        stop_sequences: [],
      },
      ...{ system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }] },
    };
    expect(parseMessageRequest({ ...ASK, ...neutral })).toEqual(parseMessageRequest({ ...ASK, system: "Be brief." }));
  });
});
