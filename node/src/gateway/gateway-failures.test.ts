import {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from "openai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answering, END, failing, hanging, type StagedClient } from "../../../test/support/staged-client.ts";
import {
  ASK,
  collect,
  openai,
  post,
  type StagedGateway,
  stageGateway,
  thrownBy,
} from "../../../test/support/staged-gateway.ts";
import { LloomError } from "../errors.ts";
import { aborted } from "../primitives/aborted.ts";
import type { Gateway } from "./gateway.ts";
import type { GatewayOptions } from "./gateway-options.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };

const SECRET = /a secret question|a secret answer/;

let staged: StagedGateway;
let client: StagedClient;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
});
afterEach(() => staged[Symbol.asyncDispose]());
const start = (options?: Partial<GatewayOptions>): Promise<Gateway> => staged.start(options);

describe("cancelling", () => {
  it("stops the answer when the caller of a whole answer hangs up", async () => {
    client.script = (_, signal) => hanging(signal);
    const cancel = new AbortController();
    const call = thrownBy(openai(await start()).chat.completions.create(ASK, { signal: cancel.signal }));
    await vi.waitUntil(() => client.asked.length === 1, DEADLINE);
    cancel.abort();
    expect(await call).toBeInstanceOf(APIUserAbortError);
    await vi.waitUntil(() => client.asked[0]?.signal.aborted, DEADLINE);
  });

  it("stops the answer when the reader of a stream leaves", async () => {
    client.script = (_, signal) => hanging(signal, "Hel");
    const stream = await openai(await start()).chat.completions.create({ ...ASK, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === "Hel") break;
    await vi.waitUntil(() => client.asked[0]?.signal.aborted, DEADLINE);
  });

  it.each([false, true])(
    "tells in the log what was paid for the part that came, streamed or not: %j",
    async (stream) => {
      client.script = async function* (_, signal) {
        yield { type: "text", text: "Hel" };
        await aborted(signal);
        yield { ...END, finishReason: "cancelled" };
      };
      const cancel = new AbortController();
      const call = post(await start(), { ...ASK, stream }, { signal: cancel.signal }).then((answer) => answer.text());
      await vi.waitUntil(() => client.asked.length === 1, DEADLINE);
      cancel.abort();
      await thrownBy(call);
      await vi.waitFor(() => expect(staged.logged()).toContain('"msg":"answered"'), DEADLINE);
      const told = staged
        .logged()
        .split("\n")
        .find((line) => line.includes('"msg":"answered"'));
      expect(JSON.parse(told ?? "")).toMatchObject({ finishReason: "cancelled", cost: "0.000007 LLT", level: 30 });
    },
  );

  it("does not cancel an answer that arrived", async () => {
    await openai(await start()).chat.completions.create(ASK);
    await staged[Symbol.asyncDispose]();
    expect(client.asked[0]?.signal.aborted).toBe(false);
  });

  it("gives up after the longest time for an answer", async () => {
    client.script = (_, signal) => hanging(signal);
    const error = await thrownBy(openai(await start({ answerTimeoutMs: 20 })).chat.completions.create(ASK));
    expect(error).toMatchObject({ status: 504, code: "EXECUTOR_TIMEOUT" });
  });
});

describe("failures as the official client throws them", () => {
  const cases = [
    ["MODEL_NOT_FOUND", "model_not_found", 404, NotFoundError],
    ["CONTEXT_EXCEEDED", "context_length_exceeded", 400, BadRequestError],
    ["INSUFFICIENT_FUNDS", "insufficient_quota", 402, APIError],
    ["QUEUE_FULL", "rate_limit_exceeded", 429, RateLimitError],
    ["BACKEND_TIMEOUT", "BACKEND_TIMEOUT", 504, InternalServerError],
  ] as const;
  it.each(cases)("%s, in OpenAI's word %s", async (code, word, status, type) => {
    client.script = () => failing(new LloomError(code, "It failed.", { next: "Do this." }));
    const error = await thrownBy(openai(await start()).chat.completions.create(ASK));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, code: word, message: `${status} It failed. Do this.` });
    expect(error).toMatchObject({ error: { lloom_code: code } });
  });

  it("names the field that is wrong", async () => {
    const error = await thrownBy(openai(await start()).chat.completions.create({ ...ASK, temperature: 3 }));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ code: "REQUEST_INVALID", param: "temperature", type: "invalid_request_error" });
  });

  it("says nothing about a failure that nobody foresaw, but logs it", async () => {
    client.script = () => failing(new TypeError("x is undefined"));
    const error = await thrownBy(openai(await start()).chat.completions.create(ASK));
    expect(error).toMatchObject({ status: 500, code: "INTERNAL" });
    expect(String(error)).not.toContain("undefined");
    expect(staged.logged()).toContain("x is undefined");
  });

  it("tells clients not to repeat what cannot succeed", async () => {
    const gateway = await start();
    client.script = () => failing(new LloomError("STORE_FAILED", "The disk is full."));
    expect((await post(gateway, ASK)).headers.get("x-should-retry")).toBe("false");
    client.script = () => failing(new LloomError("NO_EXECUTOR", "Nobody is there."));
    expect((await post(gateway, ASK)).headers.get("x-should-retry")).toBeNull();
  });

  it("answers no more requests at once than it should", async () => {
    client.script = (_, signal) => hanging(signal, "Hel");
    const gateway = await start({ maxConcurrent: 1 });
    const stream = await openai(gateway).chat.completions.create({ ...ASK, stream: true });
    const response = await post(gateway, ASK);
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await response.json()).toMatchObject({ error: { lloom_code: "RATE_LIMITED", type: "rate_limit_error" } });
    stream.controller.abort();
    client.script = () => answering("Hello!");
    await vi.waitUntil(async () => (await post(gateway, ASK)).status === 200, DEADLINE);
  });
});

describe("what is never logged", () => {
  it("are prompts, answers and keys", async () => {
    client.script = () => answering("a secret answer");
    const gateway = await start({ apiKeys: ["key-1"] });
    await openai(gateway, "key-1").chat.completions.create(ASK);
    await thrownBy(openai(gateway, "key-1").chat.completions.create({ ...ASK, temperature: 9 }));
    client.script = () => failing(new LloomError("BACKEND_FAILED", "It failed."), "a secret answer");
    await thrownBy(
      openai(gateway, "key-1")
        .chat.completions.create({ ...ASK, stream: true })
        .then(collect),
    );
    expect(staged.logged()).toContain("stream failed");
    expect(staged.logged()).not.toMatch(SECRET);
    expect(staged.logged()).not.toContain("key-1");
  });
});

describe("API keys", () => {
  it("are asked for on every call but health and readiness", async () => {
    const gateway = await start({ host: "0.0.0.0", apiKeys: ["key-1", "key-2"] });
    const local = { url: gateway.url.replace("0.0.0.0", "127.0.0.1") } as Gateway;
    expect(await thrownBy(openai(local, "key-3").chat.completions.create(ASK))).toBeInstanceOf(AuthenticationError);
    await openai(local, "key-2").chat.completions.create(ASK);
    const missing = await fetch(`${local.url}/v1/models`);
    expect(missing.status).toBe(401);
    expect(await missing.json()).toEqual({
      error: {
        message: "The API key is missing. Send the header authorization: Bearer KEY.",
        type: "authentication_error",
        param: null,
        code: "invalid_api_key",
        lloom_code: "API_KEY_INVALID",
      },
    });
    for (const open of ["/health", "/ready"]) expect((await fetch(local.url + open)).status).toBe(200);
    expect(client.asked).toHaveLength(1);
  });
});
