import { receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { APIError, InternalServerError } from "openai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { candidate } from "../../../test/support/candidate.ts";
import {
  answering,
  DEPLOYMENT,
  DOMAIN,
  END,
  EXECUTOR,
  failing,
  RECEIPT,
  type StagedClient,
} from "../../../test/support/staged-client.ts";
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
import type { Gateway } from "./gateway.ts";
import type { GatewayOptions } from "./gateway-options.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };

const FACTS = {
  executor: EXECUTOR,
  attempts: 2,
  cost: "7",
  amount: "0.000007",
  token: "LLT",
  finishReason: "stop",
  requestHash: END.requestHash,
  responseHash: END.responseHash,
};

let staged: StagedGateway;
let client: StagedClient;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
});
afterEach(() => staged[Symbol.asyncDispose]());
const start = (options?: Partial<GatewayOptions>): Promise<Gateway> => staged.start(options);

describe("a whole answer", () => {
  it("reaches the official client with text, usage, cost and receipt", async () => {
    client.script = () => answering("Hel", "lo!");
    const { data, response } = await openai(await start())
      .chat.completions.create(ASK)
      .withResponse();
    expect(data).toMatchObject({
      object: "chat.completion",
      model: "lloom-tiny",
      choices: [{ index: 0, message: { role: "assistant", content: "Hello!" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 9, completion_tokens: 13, total_tokens: 22 },
      lloom: FACTS,
    });
    expect(response.headers.get("x-lloom-executor")).toBe(EXECUTOR);
    expect(response.headers.get("x-lloom-cost")).toBe("7");
    expect(response.headers.get("x-lloom-amount")).toBe("0.000007");
    expect(response.headers.get("x-lloom-token")).toBe(DEPLOYMENT.token.symbol);
    expect(response.headers.get("x-lloom-attempts")).toBe("2");
    expect(response.headers.get("x-lloom-weights")).toBe(`sha256:${"0e".repeat(32)}`);
    const receipt = Buffer.from(response.headers.get("x-lloom-receipt") ?? "", "base64url").toString();
    expect(receiptFileFromJson(receipt).receipt).toEqual({ ...RECEIPT, domain: DOMAIN });
    const { prompt, answer } = END.salts;
    expect(receiptFileFromJson(receipt).content).toEqual({ prompt: { salt: prompt }, answer: { salt: answer } });
    expect(JSON.parse(receipt)).toEqual((data as unknown as { lloom: { receipt: unknown } }).lloom.receipt);
  });

  it("is told in the log, with what it cost and to whom, and nothing of its text", async () => {
    client.script = () => answering("Hel", "lo!");
    await openai(await start()).chat.completions.create(ASK);
    await vi.waitFor(() => expect(staged.logged()).toContain('"msg":"answered"'), DEADLINE);
    const told = staged
      .logged()
      .split("\n")
      .find((line) => line.includes('"msg":"answered"'));
    expect(JSON.parse(told ?? "")).toMatchObject({
      requestHash: END.requestHash,
      executor: EXECUTOR,
      inboundTokens: 9,
      outboundTokens: 13,
      cost: "0.000007 LLT",
    });
    expect(staged.logged()).not.toContain("Hel");
  });

  it("asks what is offered of the one model, not for the whole market, which others can fill", async () => {
    client.models = async () => {
      throw new TypeError("nobody has to sum up the market for a question");
    };
    const { choices } = await openai(await start()).chat.completions.create(ASK);
    expect(choices[0]?.message.content).toBe("Hello!");
  });

  it("asks the network for what the request says", async () => {
    const gateway = await start();
    await openai(gateway).chat.completions.create({
      model: "lloom-tiny",
      messages: [
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "one" },
            { type: "text", text: "two" },
          ],
        },
      ],
      max_completion_tokens: 5,
      temperature: 0.25,
      top_p: 0.5,
      seed: 3,
      stop: "END",
      response_format: { type: "json_object" },
      user: "somebody",
      n: 1,
    });
    expect(client.asked[0]?.question).toEqual({
      model: "lloom-tiny",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "one\ntwo" },
      ],
      sampling: { temperatureMilli: 250, topPMilli: 500, topK: 0, seed: 3, stop: ["END"], responseFormat: "json" },
      maxOutboundTokens: 5,
      whole: true,
    });
  });

  it("leaves half of the context to the prompt when no limit is asked for", async () => {
    const gateway = await start({ defaultMaxTokens: 1000 });
    for (const model of ["lloom-tiny", "meta-llama/Llama-3.2", "unknown"]) {
      await openai(gateway).chat.completions.create({ ...ASK, model });
    }
    expect(client.asked.map(({ question }) => question.maxOutboundTokens)).toEqual([256, 1000, 1000]);
  });

  it("asks for no more than the context leaves, whatever the caller names", async () => {
    const gateway = await start();
    const long = { role: "user" as const, content: "x".repeat(400) };
    await openai(gateway).chat.completions.create({ ...ASK, max_tokens: 5_000_000 });
    await openai(gateway).chat.completions.create({ ...ASK, messages: [long], max_tokens: 512 });
    await openai(gateway).chat.completions.create({ ...ASK, messages: [long], max_tokens: 300 });
    expect(client.asked.map(({ question }) => question.maxOutboundTokens)).toEqual([506, 411, 300]);
  });

  it("says length for an answer that the executor broke off", async () => {
    client.script = async function* () {
      yield { type: "text", text: "Hel" };
      yield { ...END, finishReason: "cancelled" };
    };
    const answer = await openai(await start()).chat.completions.create(ASK);
    expect(answer.choices[0]?.finish_reason).toBe("length");
    expect(answer).toMatchObject({ lloom: { finishReason: "cancelled" } });
  });

  it("fails when the executor could not answer, or no receipt came", async () => {
    const gateway = await start();
    client.script = async function* () {
      yield { ...END, finishReason: "failed" };
    };
    expect(await thrownBy(openai(gateway).chat.completions.create(ASK))).toMatchObject({
      status: 502,
      code: "BACKEND_FAILED",
    });
    client.script = async function* () {
      yield { type: "text", text: "Hel" };
    };
    expect(await thrownBy(openai(gateway).chat.completions.create(ASK))).toMatchObject({
      status: 502,
      code: "STREAM_INTERRUPTED",
    });
  });
});

describe("a streamed answer", () => {
  it("reaches the official client piece by piece, the receipt with the last", async () => {
    client.script = () => answering("Hel", "lo", "!");
    const chunks = await collect(await openai(await start()).chat.completions.create({ ...ASK, stream: true }));
    const deltas = chunks.map((chunk) => (chunk["choices"] as { delta: object; finish_reason: string | null }[])[0]);
    expect(deltas.map((one) => one?.delta)).toEqual([
      { role: "assistant", content: "" },
      { content: "Hel" },
      { content: "lo" },
      { content: "!" },
      {},
    ]);
    expect(deltas.map((one) => one?.finish_reason)).toEqual([null, null, null, null, "stop"]);
    expect(chunks.at(-1)).toMatchObject({ lloom: FACTS });
    expect(chunks.slice(0, -1).some((chunk) => "lloom" in chunk || "usage" in chunk)).toBe(false);
  });

  it("ends with usage and receipt when usage is asked for", async () => {
    const create = { ...ASK, stream: true, stream_options: { include_usage: true } } as const;
    const chunks = await collect(await openai(await start()).chat.completions.create(create));
    expect(chunks.at(-1)).toMatchObject({
      object: "chat.completion.chunk",
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 13, total_tokens: 22 },
      lloom: FACTS,
    });
    expect(chunks.slice(0, -1).every((chunk) => chunk["usage"] === null && !("lloom" in chunk))).toBe(true);
  });

  it("carries the receipt in the words of server-sent events, and ends with [DONE]", async () => {
    const response = await post(await start(), { ...ASK, stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = (await response.text()).trimEnd().split("\n\n");
    expect(events.at(-1)).toBe("data: [DONE]");
    expect(events.every((event) => event.startsWith("data: "))).toBe(true);
  });

  it("names the executor in the headers, as soon as it is known", async () => {
    client.script = async function* () {
      yield { type: "executor", executor: EXECUTOR, attempt: 2, signed: candidate({ index: 1 }).signed };
      yield* answering("Hi");
    };
    const response = await post(await start(), { ...ASK, stream: true });
    expect(response.headers.get("x-lloom-executor")).toBe(EXECUTOR);
    expect(response.headers.get("x-lloom-attempts")).toBe("2");
    expect(response.headers.get("x-lloom-weights")).toBe("none");
    await response.text();
  });

  it("keeps the status of a failure before the first token", async () => {
    client.script = () => failing(new LloomError("NO_EXECUTOR", "Nobody offers it."));
    const error = await thrownBy(openai(await start()).chat.completions.create({ ...ASK, stream: true }));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 503, code: "NO_EXECUTOR" });
  });

  it("sends a failure after the first token as an event, and no [DONE]", async () => {
    client.script = () => failing(new LloomError("STREAM_INTERRUPTED", "The executor left."), "Hel");
    const gateway = await start();
    const error = await thrownBy(
      openai(gateway)
        .chat.completions.create({ ...ASK, stream: true })
        .then(collect),
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: "STREAM_INTERRUPTED", type: "server_error", param: null });
    const raw = await (await post(gateway, { ...ASK, stream: true })).text();
    expect(raw).toContain('event: error\ndata: {"error":{"message":"The executor left. Send the request again');
    expect(raw).not.toContain("[DONE]");
  });

  it("sends comments while nothing comes, and then fails inside the stream", async () => {
    const silence = Promise.withResolvers<never>();
    client.script = async function* () {
      yield await silence.promise;
    };
    const response = await post(await start({ keepAliveMs: 5 }), { ...ASK, stream: true });
    expect(response.status).toBe(200);
    const reader = (response.body ?? expect.unreachable()).pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (seen.split(": keep-alive\n").length < 3) seen += (await reader.read()).value ?? "";
    silence.reject(new LloomError("EXECUTOR_TIMEOUT", "The executor has gone silent."));
    for (let part = await reader.read(); !part.done; part = await reader.read()) seen += part.value;
    expect(seen.replaceAll(": keep-alive\n", "")).toMatch(
      /^event: error\ndata: \{"error".*"lloom_code":"EXECUTOR_TIMEOUT"\}\}\n\n$/,
    );
  });

  it("waits for a slow reader instead of filling the memory", async () => {
    let pulled = 0;
    const total = 4000;
    client.script = async function* (_, signal) {
      for (; pulled < total && !signal.aborted; pulled++) yield { type: "text", text: "x".repeat(64 * 1024) };
      yield END;
    };
    const cancel = new AbortController();
    const response = await post(await start(), { ...ASK, stream: true }, { signal: cancel.signal });
    const reader = (response.body ?? expect.unreachable()).getReader();
    await reader.read();
    const seen: number[] = [];
    const stands = (): boolean => seen.push(pulled) > 1 && seen.at(-1) === seen.at(-2);
    await vi.waitUntil(stands, { timeout: 10_000, interval: 200 });
    expect(pulled).toBeLessThan(total / 2);
    cancel.abort();
    await vi.waitUntil(() => client.asked[0]?.signal.aborted, DEADLINE);
  });
});
