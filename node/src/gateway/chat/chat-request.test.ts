import { describe, expect, it } from "vitest";
import type { LloomError } from "../../errors.ts";
import { parseChatRequest } from "./chat-request.ts";

const MESSAGES = [{ role: "user", content: "Hello" }];
const TEXT = { type: "text", text: "Hello" };
const ask = (changes: Record<string, unknown>): Record<string, unknown> => ({
  model: "m",
  messages: MESSAGES,
  ...changes,
});
const tool = (changes: object) => ({ type: "function", function: { name: "f", ...changes } });
const schema = (of: object) => ({ type: "json_schema", json_schema: { name: "answer", schema: of } });
const called = (...ids: string[]) => ({
  ...{ role: "assistant", content: null },
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "f", arguments: `{ "of": "${id}" }` } })),
});
const given = (id: string) => ({ role: "tool", tool_call_id: id, content: `gave ${id}` });
const refused = (changes: Record<string, unknown>): LloomError => {
  try {
    parseChatRequest(ask(changes));
  } catch (error) {
    return error as LloomError;
  }
  throw new TypeError("It was accepted.");
};
const refusal = (changes: Record<string, unknown>): unknown => {
  const { code, details } = refused(changes);
  return [code, details["param"]];
};

describe("chat request", () => {
  it("has OpenAI's defaults", () => {
    expect(parseChatRequest(ask({}))).toEqual({
      choices: 1,
      model: "m",
      messages: MESSAGES,
      sampling: { temperatureMilli: 1000, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
      maxOutboundTokens: undefined,
      stream: false,
      includeUsage: false,
      demands: {},
    });
  });

  it("asks for what the provider has to have, by number or by text", () => {
    const demandsOf = (provider: object) => parseChatRequest(ask({ provider })).demands;
    expect(demandsOf({ min_reputation: 0.4, min_stake: "100.5" })).toEqual({ minReputation: 0.4, minStake: "100.5" });
    expect(demandsOf({ min_stake: 100 })).toEqual({ minStake: "100" });
    const nothing = [{}, { only: [] }, { min_reputation: null, min_stake: null }];
    expect(nothing.map(demandsOf)).toEqual([{}, {}, {}]);
  });

  it("prefers the new name of the token limit", () => {
    expect(parseChatRequest(ask({ max_tokens: 5 })).maxOutboundTokens).toBe(5);
    expect(parseChatRequest(ask({ max_tokens: 5, max_completion_tokens: 7 })).maxOutboundTokens).toBe(7);
  });

  it.each([
    ["messages", { messages: [] }],
    ["messages", { messages: "Hello" }],
    ["messages[0].content", { messages: [{ role: "user" }] }],
    ["provider", { provider: "openai" }],
    ["provider.min_reputation", { provider: { min_reputation: 1.1 } }],
    ["provider.min_reputation", { provider: { min_reputation: "0.4" } }],
    ["provider.min_stake", { provider: { min_stake: "-1" } }],
    ["provider.min_stake", { provider: { min_stake: 1e-7 } }],
    ["provider.verify", { provider: { verify: "redundant:9" } }],
    ["provider.verify", { provider: { verify: 3 } }],
    ["messages[0].content", { messages: [{ role: "user", content: null }] }],
    ["messages[0].content", { messages: [{ role: "assistant", content: 1 }] }],
    ["messages[0].content", { messages: [{ role: "user", content: "\uD800" }] }],
    ["messages[0].refusal", { messages: [{ role: "assistant", refusal: 1 }] }],
    ["messages[0].content", { messages: [{ role: "assistant", content: [{ type: "refusal" }] }] }],
    ["top_k", { top_k: -2 }],
    ["messages[1].role", { messages: [...MESSAGES, { role: "king", content: "x" }] }],
    ["model", { model: "" }],
    ["model", { model: null }],
    ["temperature", { temperature: 2.1 }],
    ["temperature", { temperature: "hot" }],
    ["top_p", { top_p: -0.1 }],
    ["seed", { seed: 0.5 }],
    ["seed", { seed: 2 ** 65 }],
    ["min_p", { min_p: 1.1 }],
    ["presence_penalty", { presence_penalty: 2.1 }],
    ["repeat_penalty", { repeat_penalty: 0 }],
    ["logit_bias.7", { logit_bias: { 7: 101 } }],
    ["logit_bias.x", { logit_bias: { x: 1 } }],
    ["tool_choice", { tool_choice: "required" }],
    ["tool_choice.function.name", { tools: [tool({})], tool_choice: { type: "function", function: { name: "g" } } }],
    ["tools[1].function.name", { tools: [tool({}), tool({})] }],
    ["tools[0].function.name", { tools: [tool({ name: "a b" })] }],
    ["response_format.json_schema", { response_format: { type: "json_schema" } }],
    ["messages[0].tool_call_id", { messages: [{ role: "tool", content: "x", tool_call_id: "1" }] }],
    ["messages[1]", { messages: [called("a"), { role: "user", content: "x" }] }],
    ["messages[2].tool_call_id", { messages: [called("a"), given("a"), given("a")] }],
    ["max_tokens", { max_tokens: 0 }],
    ["max_completion_tokens", { max_completion_tokens: 1.5 }],
    ["stop", { stop: ["a", "b", "c", "d", "e"] }],
    ["stop", { stop: "" }],
    ["stream", { stream: "yes" }],
    ["stream_options.include_usage", { stream: true, stream_options: { include_usage: 1 } }],
    ["response_format.type", { response_format: { type: "xml" } }],
  ])("refuses a wrong %s by name", (param, changes) => {
    expect(refusal(changes)).toEqual(["REQUEST_INVALID", param]);
  });

  const fields = [
    ...["model", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "seed", "stop"],
    ...["stream", "stream_options", "response_format"],
  ];
  it.each(fields)("says in words what %s must be, whatever it is", (field) => {
    for (const wrong of [
      {},
      [1],
      [{}],
      [""],
      "",
      "x".repeat(10_000),
      -1,
      0.5,
      1e9,
      true,
      { type: 1 },
      { include_usage: 1 },
    ]) {
      let problem = "";
      try {
        parseChatRequest(ask({ [field]: wrong }));
      } catch (error) {
        problem = (error as Error).message;
      }
      if (problem !== "")
        expect(problem).toMatch(
          /^Not supported: \w+\.\w+\.$|^[\w.[\]]+ must be (?!.*(expected|received|Invalid|Too ))[^\n]*\.$/,
        );
    }
    const missing = { model: undefined, messages: undefined };
    expect(refused(missing).message).toMatch(/^model must be the name of a model/);
  });

  it.each([{}, 1, [], [1], [{}], [{ type: 1 }], [{ type: "text" }], [{ type: "text", text: 1 }], undefined])(
    "says in words what the content of a message must be: %j",
    (content) => {
      const { message } = refused({ messages: [{ role: "user", content }] });
      expect(message).toMatch(/^messages\[0\]\.content\S* must be (?!.*(expected|received|Invalid|Too ))/);
    },
  );

  it("takes back a history as another server wrote it", () => {
    const silent = { role: "assistant", content: null, refusal: null, annotations: [], audio: null, tool_calls: [] };
    const thinking = { role: "assistant", reasoning_content: "Hm.", function_call: null, usage: { cost: 1 } };
    const empty = { role: "assistant", content: [] };
    const { messages } = parseChatRequest(ask({ messages: [...MESSAGES, silent, thinking, empty, ...MESSAGES] }));
    const nothing = { role: "assistant", content: "" };
    expect(messages).toEqual([...MESSAGES, nothing, nothing, nothing, ...MESSAGES]);
  });

  it("takes names of turns that tell nobody apart, and refuses those that do", () => {
    const turn = (role: string, name?: unknown) => ({ role, content: "x", name });
    const alone = [turn("system", "rules"), turn("user", "ann"), turn("assistant", "bot"), turn("user", "ann")];
    expect(parseChatRequest(ask({ messages: alone })).messages).toHaveLength(4);
    for (const other of ["bob", undefined, null, 7]) {
      const refusal = refused({ messages: [...alone, turn("user", other)] });
      expect(refusal).toMatchObject({ code: "UNSUPPORTED", details: { param: "messages[4].name" } });
    }
    expect(refused({ messages: [turn("user"), turn("user", "ann")] }).next).toMatch(
      /^Write who speaks into the content/,
    );
  });

  it("takes the words of a refusal for what the assistant said", () => {
    const turns = [
      { content: null, refusal: "No." },
      { content: [{ type: "refusal", refusal: "No." }] },
      {
        content: [
          { type: "text", text: "Well.", cache_control: { type: "ephemeral" } },
          { type: "refusal", refusal: "No." },
        ],
      },
      { content: "Well.", refusal: "No." },
    ].map((turn) => ({ role: "assistant", ...turn }));
    const { messages } = parseChatRequest(ask({ messages: turns }));
    expect(messages.map(({ content }) => content)).toEqual(["No.", "No.", "Well.\nNo.", "Well.\nNo."]);
  });

  it("takes top_k for off as other servers write it", () => {
    expect([-1, 0, 40].map((top_k) => parseChatRequest(ask({ top_k })).sampling.topK)).toEqual([0, 0, 40]);
  });

  it("takes every seed of 64 bits, and the same one for the same again", () => {
    const seedOf = (seed: number | string): (number | undefined)[] => {
      const { sampling } = parseChatRequest(ask({ seed }));
      return [sampling.seedHigh, sampling.seed];
    };
    expect([3, 2 ** 32 + 3, -1, 2 ** 53, "9223372036854775807"].map(seedOf)).toEqual([
      ...[
        [undefined, 3],
        [1, 3],
        [0xffff_ffff, 0xffff_ffff],
        [2 ** 21, 0],
      ],
      [0x7fff_ffff, 0xffff_ffff],
    ]);
  });

  it("says what to do about what is not offered", () => {
    expect(refused({ messages: [{ role: "function", content: "x" }] }).next).toMatch(/^Use the role "tool"/);
    const image = [{ type: "image_url", image_url: {} }];
    expect(refused({ messages: [{ role: "user", content: image }] }).next).toBe("Send parts of text alone.");
    expect(refused({ grammar: "x" }).next).toMatch(/^Leave the field out/);
  });

  it.each([
    ["tools[0].type", { tools: [{ type: "custom", custom: {} }] }],
    ["tools[0].function.cache", { tools: [{ type: "function", function: { name: "f", cache: 1 } }] }],
    [
      "tools[0].function.parameters.properties.a.pattern",
      { tools: [tool({ strict: true, parameters: { properties: { a: { type: "string", pattern: "^a" } } } })] },
    ],
    ["response_format", { tools: [tool({})], response_format: { type: "json_object" } }],
    ["response_format.json_schema.schema.minimum", { response_format: schema({ type: "number", minimum: 0 }) }],
    ["modalities", { modalities: ["text", "audio"] }],
    ["constructor", { constructor: 1 }],
    ["provider.__lookupGetter__", { provider: { __lookupGetter__: 1 } }],
    ["provider.max_price.request", { provider: { max_price: { prompt: 1, request: 1 } } }],
    ["messages[0].role", { messages: [{ role: "function", content: "x" }] }],
    ["messages[0].prefix", { messages: [{ role: "assistant", content: "So", prefix: true }] }],
    ["messages[0].weight", { messages: [{ role: "user", content: "x", weight: 2 }] }],
    ["messages[0].function_call", { messages: [{ role: "assistant", content: null, function_call: { name: "f" } }] }],
    ["messages[0].audio", { messages: [{ role: "assistant", content: null, audio: { id: "a" } }] }],
    ["messages[0].images", { messages: [{ role: "assistant", content: "See.", images: [{}] }] }],
    [
      "messages[0].content[0].image_url",
      { messages: [{ role: "user", content: [{ ...TEXT, image_url: { url: "x" } }] }] },
    ],
    ["messages[0].content[0].type", { messages: [{ role: "user", content: [{ type: "refusal", refusal: "No." }] }] }],
    ["response_format.schema", { response_format: { type: "json_object", schema: { type: "object" } } }],
    ["stream_options.continuous_usage_stats", { stream: true, stream_options: { continuous_usage_stats: true } }],
    ["stream_options.of_tomorrow", { stream: true, stream_options: { of_tomorrow: false } }],
    ["grammar", { grammar: 'root ::= "yes"' }],
    ["guided_json", { guided_json: {} }],
    ["ignore_eos", { ignore_eos: true }],
    ["chat_template_kwargs", { chat_template_kwargs: { enable_thinking: true } }],
    ["reasoning_effort", { reasoning_effort: "high" }],
    ["service_tier", { service_tier: "priority" }],
    ["a_sampler_of_tomorrow", { a_sampler_of_tomorrow: 0 }],
    [
      "messages[0].content[1].type",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "a" },
              { type: "image_url", image_url: {} },
            ],
          },
        ],
      },
    ],
  ])("says that %s is not offered", (param, changes) => {
    expect(refusal(changes)).toEqual(["UNSUPPORTED", param]);
  });

  it("accepts what asks for nothing, and notes that change nothing", () => {
    const neutral = {
      tools: [],
      tool_choice: "auto",
      logprobs: false,
      n: 1,
      logit_bias: {},
      presence_penalty: 0,
      frequency_penalty: 0,
      response_format: { type: "text", schema: null },
      stop: null,
      seed: null,
      user: "u",
      metadata: { a: "b" },
      store: false,
      something_new: null,
      min_p: 0,
      repeat_penalty: 1,
      repetition_penalty: 1,
      ignore_eos: false,
      chat_template_kwargs: {},
      parallel_tool_calls: true,
      service_tier: "auto",
      prompt_cache_key: "k",
      stream_options: { include_usage: null, continuous_usage_stats: false, include_obfuscation: false },
      messages: [{ role: "user", content: [{ ...TEXT, cache_control: { type: "ephemeral" }, image_url: null }] }],
    };
    expect(parseChatRequest(ask(neutral))).toEqual(parseChatRequest(ask({})));
  });
});
