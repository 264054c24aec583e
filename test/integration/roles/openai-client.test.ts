/** The official clients against a gateway and an executor with the tiny model: what it asks for is what it gets. */
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { ReceiptFileData } from "@lloom/protocol/receipt-file";
import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../node/src/backend/backend.ts";
import { openBackend } from "../../../node/src/backend/open-backend.ts";
import { createGateway, type Gateway } from "../../../node/src/gateway/gateway.ts";
import { DEPLOYMENT } from "../../support/staged-client.ts";
import { collect, openai, thrownBy } from "../../support/staged-gateway.ts";
import { stageMemory } from "../../support/staged-memory.ts";
import { aiSdkCases } from "./ai-sdk-cases.ts";
import { brokenOffCases } from "./broken-off-cases.ts";
import { langChainCases } from "./langchain-cases.ts";
import { type Buyer, log, type Seller, World } from "./world.ts";

const TINY = join(import.meta.dirname, "../../../node/models/tiny/lloom-tiny.gguf");
const model = "lloom-tiny";
const HI = [{ role: "user" as const, content: "Hi" }];
const PICK: OpenAI.ChatCompletionTool = {
  type: "function",
  function: {
    name: "pick",
    strict: true,
    parameters: {
      type: "object",
      properties: { one: { enum: ["a", "b"] } },
      required: ["one"],
      additionalProperties: false,
    },
  },
};

let world: World;
let backend: Backend;
let seller: Seller;
let buyer: Buyer;
let gateway: Gateway;
let client: OpenAI;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  world = stack.use(await World.start());
  backend = stack.use(
    await openBackend(
      { kind: "llama", modelPath: TINY, modelName: model, threads: 1, sequences: 2, embeds: true },
      log,
    ),
  );
  seller = await world.seller({ backend });
  buyer = await world.buyer();
  const deployment = { ...DEPLOYMENT, domain: buyer.chain.domain };
  const parts = { client: buyer.client, memory: stack.use(stageMemory()), deployment, log };
  gateway = stack.use(await createGateway({ ...parts, options: { port: 0 } }));
  client = openai(gateway);
}, 240_000);
afterAll(() => stack.disposeAsync());

describe("the official client", { timeout: 120_000 }, () => {
  it("gets calls of functions with ids of their own, gives back what they gave, and goes on", async () => {
    const asked = { model, tools: [PICK], tool_choice: "required" as const, max_tokens: 80, seed: 1 };
    const { choices } = await client.chat.completions.create({ ...asked, messages: HI });
    const [choice] = choices;
    const calls = choice?.message.tool_calls ?? [];
    expect(choice).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
    for (const call of calls) {
      const told = call.type === "function" ? call.function : undefined;
      expect([told?.name, ["a", "b"].includes(JSON.parse(told?.arguments ?? "").one)]).toEqual(["pick", true]);
    }
    const results = calls.map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "It is a." }));
    const answer = { role: "assistant" as const, content: null, tool_calls: calls };
    const messages = [...HI, answer, ...results];
    const next = await client.chat.completions.create({ ...asked, messages, tool_choice: "none", max_tokens: 8 });
    expect(next.choices[0]?.message.content).not.toBe("");
  });

  it("gets the calls of a stream whole, each once", async () => {
    const tool_choice = { type: "function", function: { name: "pick" } } as const;
    const asked = { model, messages: HI, tools: [PICK], tool_choice, max_tokens: 80, seed: 2, stream: true as const };
    const stream = client.chat.completions.stream(asked);
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.tool_calls).toMatchObject([{ type: "function", function: { name: "pick" } }]);
  });

  it("gets an answer that meets its schema", async () => {
    const schema = {
      type: "object",
      properties: { ok: { type: "boolean" } },
      required: ["ok"],
      additionalProperties: false,
    };
    const { data, response } = await client.chat.completions
      .create({
        ...{ model, messages: HI, max_tokens: 40, seed: 3, presence_penalty: 0.5 },
        response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
      })
      .withResponse();
    expect(typeof JSON.parse(data.choices[0]?.message.content ?? "").ok).toBe("boolean");
    expect(response.headers.get("x-lloom-executor")).toBe(seller.identity.address);
  });

  it("gets usage at the end of a stream, and no more than it asked for", async () => {
    const asked = { model, messages: HI, max_completion_tokens: 3, temperature: 0, min_p: 0.1 } as const;
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    const chunks = await collect(await client.chat.completions.create({ ...asked, ...options }));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 3 } });
  });

  it("finds the model with its age, context, precision and weights", async () => {
    const [offered] = await backend.listModels(AbortSignal.timeout(10_000));
    const listed = await client.models.list();
    expect(listed.data).toMatchObject([
      {
        ...{ id: model, context_length: 512, quantization: "fp16" },
        lloom: {
          executors: 1,
          validity: { toolCalls: { invalid: 0 }, schemas: { valid: 1, invalid: 0 } },
          weights: [{ sha256: offered?.weightsHash.slice(2), precision: "F16" }],
        },
      },
    ]);
    const ageSeconds = Date.now() / 1000 - (listed.data[0]?.created ?? 0);
    expect(ageSeconds).toBeGreaterThan(-2);
    expect(ageSeconds).toBeLessThan(3600);
  });

  it("bans a word by its token, and hears of a token that the model does not have", async () => {
    const asked = { model, messages: HI, max_tokens: 4, temperature: 0 };
    const plain = await client.chat.completions.create(asked);
    const greeting = plain.choices[0]?.message.content ?? "";
    const bias = Object.fromEntries(Array.from({ length: 300 }, (_, token) => [token + 260, -100]));
    const banned = await client.chat.completions.create({ ...asked, logit_bias: bias });
    expect(banned.choices[0]?.message.content).not.toBe(greeting);
    const refused = await thrownBy(client.chat.completions.create({ ...asked, logit_bias: { 4000000000: 1 } }));
    expect(refused).toBeDefined();
  });

  it("gets log probabilities, of a stream at its end: those that the executor signed", async () => {
    const asked = { model, messages: HI, max_tokens: 4, temperature: 0, logprobs: true, top_logprobs: 3 } as const;
    const { choices } = await client.chat.completions.create(asked);
    const tokens = choices[0]?.logprobs?.content ?? [];
    expect(tokens.map(({ token }) => token).join("")).toBe(choices[0]?.message.content);
    for (const { logprob, bytes, token, top_logprobs } of tokens) {
      expect(Buffer.from(bytes ?? []).toString()).toBe(token);
      // At temperature 0 the likeliest was taken.
      expect(top_logprobs.map((other) => other.logprob)).toHaveLength(3);
      expect(top_logprobs[0]?.logprob).toBe(logprob);
    }
    const stream = client.chat.completions.stream({ ...asked, stream: true });
    expect((await stream.finalChatCompletion()).choices[0]?.logprobs?.content).toEqual(tokens);
  });

  it("gets several answers, each with a receipt of its own, by seeds that follow each other", async () => {
    const asked = { model, messages: HI, max_tokens: 6, temperature: 2, seed: 40 } as const;
    const { choices, usage, ...more } = await client.chat.completions.create({ ...asked, n: 2 });
    const facts = (more as unknown as { lloom: { cost: string; choices: { cost: string; requestHash: string }[] } })
      .lloom;
    expect(choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(new Set(facts.choices.map(({ requestHash }) => requestHash)).size).toBe(2);
    expect(BigInt(facts.cost)).toBe(facts.choices.reduce((sum, { cost }) => sum + BigInt(cost), 0n));
    const second = await client.chat.completions.create({ ...asked, seed: 41 });
    expect(choices[1]?.message.content).toBe(second.choices[0]?.message.content);
    expect(usage?.prompt_tokens).toBe(2 * (second.usage?.prompt_tokens ?? 0));
    const chunks = await collect(await client.chat.completions.create({ ...asked, n: 2, stream: true }));
    const told = chunks.flatMap((chunk) => chunk["choices"] as OpenAI.ChatCompletionChunk.Choice[]);
    for (const index of [0, 1]) {
      const own = told.filter((one) => one.index === index).map(({ delta }) => delta.content ?? "");
      expect(own.join("")).toBe(choices[index]?.message.content);
    }
  });

  it("completes text, which ends where a chat's answer to the same ends", async () => {
    const asked = { model, max_tokens: 5, temperature: 0 } as const;
    const { choices, usage } = await client.completions.create({ ...asked, prompt: "Hi", logprobs: 2 });
    const chat = await client.chat.completions.create({ ...asked, messages: HI });
    expect(choices[0]?.text).toBe(chat.choices[0]?.message.content);
    expect(choices[0]?.logprobs?.tokens?.join("")).toBe(choices[0]?.text);
    expect(usage).toEqual(chat.usage);
  });

  it("gets vectors of more texts than one request takes, counted by the vocabulary, which the chain settles", async () => {
    const input = ["What is Lloom?", ...Array.from({ length: 16 }, (_, place) => `text ${place}`)];
    const { data, usage, ...more } = await client.embeddings.create({ model, input });
    expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual(input.map((_, at) => [at, 160]));
    const alone = await client.embeddings.create({ model, input: input[0] ?? "", encoding_format: "float" });
    expect(alone.data[0]?.embedding).toEqual(data[0]?.embedding);
    const { lloom } = more as unknown as { lloom: { cost: string; choices: { receipt: ReceiptFileData }[] } };
    const receipts = lloom.choices.map(({ receipt }) => receipt);
    expect(receipts.map(({ request }) => request.outboundPrice)).toEqual(["0", "0"]);
    expect(receipts.map(({ response }) => response.traceRoot)).toEqual([ZERO_HASH, ZERO_HASH]);
    const counted = receipts.reduce((sum, { response }) => sum + Number(response.inboundTokens), 0);
    expect([usage.prompt_tokens, usage.total_tokens]).toEqual([counted, counted]);
    expect(BigInt(lloom.cost)).toBeGreaterThan(0n);
    await seller.executor.settleNow(AbortSignal.timeout(60_000));
    expect(seller.executor.status().owed).toBe(0n);
  });

  it("gets responses: calls of functions, what they gave as input, and the same answer as in chat", async () => {
    const { name, parameters, strict } = PICK.function;
    const tools = [{ type: "function" as const, name, parameters: parameters ?? null, strict: strict ?? null }];
    const asked = { model, tools, max_output_tokens: 80, temperature: 0 };
    const called = await client.responses.stream({ ...asked, input: "Hi", tool_choice: "required" }).finalResponse();
    const calls = called.output.filter((one) => one.type === "function_call");
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(["a", "b"]).toContain(JSON.parse(call.arguments).one);
    const gave = calls.map(({ call_id }) => ({ type: "function_call_output" as const, call_id, output: "It is a." }));
    const input = [
      { role: "user" as const, content: "Hi" },
      ...called.output,
      ...gave,
    ] as OpenAI.Responses.ResponseInput;
    const { status } = await client.responses.create({ ...asked, input, tool_choice: "none", max_output_tokens: 8 });
    expect(["completed", "incomplete"]).toContain(status);
    const { output_text, usage } = await client.responses.create({
      model,
      input: "Hi",
      temperature: 0,
      max_output_tokens: 5,
    });
    const chat = await client.chat.completions.create({ model, messages: HI, temperature: 0, max_tokens: 5 });
    expect(output_text).toBe(chat.choices[0]?.message.content);
    expect(usage?.output_tokens).toBe(chat.usage?.completion_tokens);
  });
});

it("answers Anthropic's client the same", { timeout: 120_000 }, async () => {
  const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: "none", maxRetries: 0 });
  const asked = { model, messages: HI, max_tokens: 5, temperature: 0 };
  const { content, usage, stop_reason } = await anthropic.messages.stream(asked).finalMessage();
  const chat = await client.chat.completions.create(asked);
  expect(content).toMatchObject([{ type: "text", text: chat.choices[0]?.message.content }]);
  expect(usage).toMatchObject({
    input_tokens: chat.usage?.prompt_tokens,
    output_tokens: chat.usage?.completion_tokens,
  });
  expect(stop_reason).toBe(chat.choices[0]?.finish_reason === "stop" ? "end_turn" : "max_tokens");
});

const door = () => ({ url: gateway.url, model });
aiSdkCases(door);
langChainCases(door);
// It brings a second model, so it comes last.
brokenOffCases(() => ({ url: gateway.url, world }));
