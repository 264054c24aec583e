import { describe, expect, it } from "vitest";
import type { LloomError } from "../errors.ts";
import { parseChatRequest } from "./chat-request.ts";

const MESSAGES = [{ role: "user", content: "Hello" }];
const ask = (changes: Record<string, unknown>): Record<string, unknown> => ({
  model: "m",
  messages: MESSAGES,
  ...changes,
});
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
      model: "m",
      messages: MESSAGES,
      sampling: { temperatureMilli: 1000, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
      maxOutboundTokens: undefined,
      stream: false,
      includeUsage: false,
    });
  });

  it("prefers the new name of the token limit", () => {
    expect(parseChatRequest(ask({ max_tokens: 5 })).maxOutboundTokens).toBe(5);
    expect(parseChatRequest(ask({ max_tokens: 5, max_completion_tokens: 7 })).maxOutboundTokens).toBe(7);
  });

  it.each([
    ["messages", { messages: [] }],
    ["messages", { messages: "Hello" }],
    ["messages[0].content", { messages: [{ role: "user" }] }],
    ["messages[0].content", { messages: [{ role: "user", content: "\uD800" }] }],
    ["messages[1].role", { messages: [...MESSAGES, { role: "king", content: "x" }] }],
    ["model", { model: "" }],
    ["model", { model: null }],
    ["temperature", { temperature: 2.1 }],
    ["temperature", { temperature: "hot" }],
    ["top_p", { top_p: -0.1 }],
    ["seed", { seed: -1 }],
    ["seed", { seed: 2 ** 32 }],
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
      if (problem !== "") expect(problem).toMatch(/^[\w.[\]]+ must be (?!.*(expected|received|Invalid|Too ))[^\n]*\.$/);
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

  it("says what to do about what is not offered", () => {
    expect(refused({ messages: [{ role: "tool", content: "x" }] }).next).toMatch(/^Leave messages of this role out/);
    const image = [{ type: "image_url", image_url: {} }];
    expect(refused({ messages: [{ role: "user", content: image }] }).next).toBe("Send parts of text alone.");
    expect(refused({ logprobs: true }).next).toMatch(/^Leave the field out/);
  });

  it.each([
    ["tools", { tools: [{ type: "function", function: { name: "f" } }] }],
    ["tool_choice", { tool_choice: "required" }],
    ["logprobs", { logprobs: true }],
    ["top_logprobs", { top_logprobs: 2 }],
    ["n", { n: 2 }],
    ["logit_bias", { logit_bias: { 50256: -100 } }],
    ["presence_penalty", { presence_penalty: 0.5 }],
    ["frequency_penalty", { frequency_penalty: 1 }],
    ["modalities", { modalities: ["text", "audio"] }],
    ["provider", { provider: { max_price: { prompt: 1 } } }],
    ["response_format", { response_format: { type: "json_schema", json_schema: {} } }],
    ["messages[0].role", { messages: [{ role: "tool", content: "x", tool_call_id: "1" }] }],
    ["messages[0].tool_calls", { messages: [{ role: "assistant", content: null, tool_calls: [{}] }] }],
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

  it("accepts what asks for nothing, and passes over what it does not know", () => {
    const neutral = {
      tools: [],
      tool_choice: "auto",
      logprobs: false,
      n: 1,
      logit_bias: {},
      presence_penalty: 0,
      frequency_penalty: 0,
      response_format: { type: "text" },
      stop: null,
      seed: null,
      user: "u",
      metadata: { a: "b" },
      store: false,
      something_new: 1,
    };
    expect(parseChatRequest(ask(neutral))).toEqual(parseChatRequest(ask({})));
  });
});
