import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ASK,
  answer,
  type Behaviour,
  begin,
  DONE,
  event,
  finish,
  json,
  type StagedOpenAi,
  stageOpenAi,
  text,
  usage,
} from "../../../test/support/staged-openai.ts";
import type { Backend, BackendModel, CompletionEvent } from "./backend.ts";
import { type OpenAiOptions, openOpenAi } from "./openai.ts";

const never = new AbortController().signal;

let server: StagedOpenAi;
beforeEach(async () => {
  server = await stageOpenAi();
});
afterEach(() => server[Symbol.asyncDispose]());

const open = (changes: Partial<OpenAiOptions> = {}): Backend =>
  openOpenAi({ kind: "openai", url: server.url, ...changes });
async function collect(
  backend: Backend,
  completion = ASK,
  signal = never,
): Promise<{ text: string; end: CompletionEvent | undefined }> {
  let seen = "";
  let end: CompletionEvent | undefined;
  for await (const one of backend.complete(completion, signal)) {
    if (one.type === "text") seen += one.text;
    else end = one;
  }
  return { text: seen, end };
}
const failure = (behaviour: Behaviour, options: Partial<OpenAiOptions> = {}): Promise<unknown> => {
  server.chat = behaviour;
  return collect(open(options)).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
};

describe("a server that refuses a limit which its context has no room for", () => {
  const tooLong = { error: { message: "This model's maximum context length is 512 tokens" } };

  it("is asked without one, and the answer counts no more than was asked for", async () => {
    server.chat = (response) =>
      "max_tokens" in (server.asked.at(-1)?.body ?? {})
        ? json(response, 400, tooLong)
        : answer(response, [text("Hel"), text("lo"), finish("length"), usage(500, 12), DONE]);
    const { end } = await collect(open(), { ...ASK, maxOutboundTokens: 400 });
    expect(end).toEqual({ type: "end", finishReason: "length", inboundTokens: 500, outboundTokens: 12 });
    expect(server.asked.map(({ body }) => body["max_tokens"])).toEqual([400, undefined]);
  });

  it("is asked no third time when the prompt itself is too long", async () => {
    expect(await failure((response) => json(response, 400, tooLong))).toMatchObject({ code: "CONTEXT_EXCEEDED" });
    expect(server.asked.length).toBe(2);
  });
});

describe("failures of the server", () => {
  const upstream = (message: string, more: object = {}): object => ({ error: { message, ...more } });
  it.each([
    [404, upstream("model not found"), "MODEL_NOT_FOUND"],
    [400, upstream("This model's maximum context length is 512 tokens"), "CONTEXT_EXCEEDED"],
    [
      400,
      upstream("the request exceeds the available context size", { type: "exceed_context_size_error" }),
      "CONTEXT_EXCEEDED",
    ],
    [422, upstream("bad field"), "UNSUPPORTED"],
    [401, upstream("bad key"), "BACKEND_FAILED"],
    [429, upstream("busy"), "BACKEND_FAILED"],
    [500, "<html>", "BACKEND_FAILED"],
    [504, upstream("slow"), "BACKEND_TIMEOUT"],
  ])("status %s %j is %s", async (status, body, code) => {
    const error = await failure((response) => json(response, status, body, { "retry-after": "7" }));
    expect(error).toMatchObject({ code, details: { status, retryAfter: "7" } });
  });

  it("never quote what the server says, for it may quote the prompt", async () => {
    const body = upstream("cannot parse: my secret prompt", { code: "bad_json", type: "my secret prompt" });
    const error = await failure((response) => json(response, 400, body));
    expect(error).toMatchObject({
      code: "UNSUPPORTED",
      details: { upstreamCode: "bad_json", upstreamType: undefined },
    });
    expect(JSON.stringify(error) + String(error)).not.toContain("secret");
  });

  it("include an error in the middle of the stream, in either form", async () => {
    const inside = await failure((response) =>
      answer(response, [text("Hi"), event({ error: { message: "out of memory" } })]),
    );
    expect(inside).toMatchObject({
      code: "BACKEND_FAILED",
      message: "The backend failed in the middle of its answer.",
    });
    const named = await failure((response) => answer(response, [text("Hi"), `event: error\n${event({})}`]));
    expect(named).toMatchObject({ code: "BACKEND_FAILED", message: "The backend failed in the middle of its answer." });
  });

  it("include an answer that breaks off, with or without a proper end of the connection", async () => {
    expect(await failure((response) => answer(response, [text("Hi")]))).toMatchObject({
      code: "BACKEND_FAILED",
      message: "The backend broke its answer off.",
    });
    const cut = failure((response) => {
      begin(response, text("Hi"));
      setImmediate(() => response.destroy());
    });
    expect(await cut).toMatchObject({ code: "BACKEND_FAILED" });
  });

  it.each([
    "content_filter",
    "tool_calls",
    "function_call",
    "error",
    "abort",
    "insufficient_system_resource",
    "unload",
  ])("include an end by %s, however much text came: nobody pays for what it hides", async (reason) => {
    const staged = failure((response) => answer(response, [text("Hi"), finish(reason), usage(9, 2), DONE]));
    expect(await staged).toMatchObject({
      code: "BACKEND_FAILED",
      message: `The backend ended with "${reason}", which is no whole answer; it costs nothing.`,
    });
  });

  it("include an end by what is no word, which is not repeated, and by a word that objects have", async () => {
    for (const reason of ["my secret prompt", "constructor", "__proto__", "x".repeat(41)]) {
      const staged = failure((response) => answer(response, [text("Hi"), finish(reason), usage(9, 2), DONE]));
      const error = await staged;
      expect(error).toMatchObject({ code: "BACKEND_FAILED" });
      expect(String(error)).not.toContain("secret");
    }
  });

  it("include [DONE] before any text and without a reason", async () => {
    expect(await failure((response) => answer(response, [usage(9, 0), DONE]))).toMatchObject({
      message: "The backend broke its answer off.",
    });
  });

  it("include what is no chunk, no stream, or too long", async () => {
    const wrong = { code: "BACKEND_FAILED", message: "The backend sent an event that is no chat completion chunk." };
    expect(await failure((response) => answer(response, ["data: {\n\n"]))).toMatchObject(wrong);
    expect(
      await failure((response) => answer(response, [event({ choices: [{ delta: { content: 7 } }] })])),
    ).toMatchObject(wrong);
    expect(
      await failure((response) => answer(response, [event({ usage: { prompt_tokens: -1, completion_tokens: 1 } })])),
    ).toMatchObject(wrong);
    expect(await failure((response) => json(response, 200, { choices: [] }))).toMatchObject({
      message: "The backend does not stream its answers.",
    });
    expect(await failure((response) => answer(response, ["data: ".padEnd(1_100_000, "x")]))).toMatchObject({
      code: "BACKEND_FAILED",
      message: "A line of the backend is longer than 1048576 characters.",
    });
  });

  it("include a server that is not there, and one that sends elsewhere", async () => {
    const gone = await stageOpenAi();
    await gone[Symbol.asyncDispose]();
    await expect(collect(open({ url: gone.url }))).rejects.toMatchObject({
      code: "BACKEND_FAILED",
      details: { reason: "ECONNREFUSED" },
    });
    const redirect = await failure((response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end());
    expect(redirect).toMatchObject({ code: "BACKEND_FAILED" });
  });
});

describe("models of an OpenAI-compatible server", () => {
  /** Nothing is known of its weights, and nothing promised but text. */
  const modest = (model: string, maxContext: number): BackendModel => ({
    ...{ model, maxContext, weightsHash: ZERO_HASH },
    profile: {
      ...{ backend: "openai", maxContext, evidence: "text" },
      features: ["seed64", "penalties", "logit_bias", "json_schema", "tools"],
    },
  });

  it("are all that it lists, with the context that it tells", async () => {
    expect(await open().listModels(never)).toEqual([modest("llama3.2:latest", 4096), modest("qwen", 32_768)]);
  });

  it("are those of the configuration when there are some", async () => {
    const backend = open({ models: ["llama3.2"], contextSize: 2048 });
    expect(await backend.listModels(never)).toEqual([modest("llama3.2", 2048)]);
    await expect(collect(backend, { ...ASK, model: "qwen" })).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    expect(server.asked).toEqual([]);
  });

  it("are refused when the server does not have them, with what it has", async () => {
    await expect(open({ models: ["gpt"] }).listModels(never)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: 'The backend has no model "gpt".',
      next: "It has llama3.2:latest, qwen.",
    });
  });

  it("may come from the configuration alone", async () => {
    server.models = (response) => json(response, 404, {});
    expect(await open({ models: ["m"] }).listModels(never)).toMatchObject([{ model: "m" }]);
    await expect(open().listModels(never)).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  it("tell whether the server is well", async () => {
    await open().checkHealth(never);
    server.models = (response) => json(response, 200, { data: [] });
    await expect(open().checkHealth(never)).rejects.toMatchObject({
      code: "BACKEND_FAILED",
      message: "The backend lists no model that answers conversations or embeds.",
    });
    server.models = (response) => json(response, 200, { hello: "world" });
    await expect(open().checkHealth(never)).rejects.toMatchObject({ code: "BACKEND_FAILED" });
  });

  it("leave out those that only rank or listen, by what the server says or else by their names, and tell those that only embed", async () => {
    const said = [
      { id: "together-chat", type: "chat" },
      { id: "together-vectors", type: "embedding" },
      { id: "mistral-chat", capabilities: { completion_chat: true } },
      { id: "mistral-vectors", capabilities: { completion_chat: false } },
      { id: "together-order", type: "rerank" },
    ];
    const named = ["bge-reranker-v2-m3", "whisper-1", "gpt-image-1", "sora-2", "gpt-realtime", "davinci-002"];
    named.push(...["stable-diffusion-3.5", "flux.1-dev", "kokoro", "colbertv2", "llama-guard-3"]);
    const embedding = ["nomic-embed-text:latest", "text-embedding-3-small", "BAAI/bge-m3", "all-minilm"];
    embedding.push(...["paraphrase-multilingual", "gtr-t5-large", "multi-qa-mpnet", "voyage-3"]);
    const chat = ["embers-7b", "gpt-oss:20b", "llama3.2", "imagine-7b"];
    server.models = (response) =>
      json(response, 200, { data: [...said, ...[...named, ...embedding, ...chat].map((id) => ({ id }))] });
    const offered = await open().listModels(never);
    const names = (isEmbedder: boolean): string[] =>
      offered.filter(({ profile }) => (profile?.conversations === false) === isEmbedder).map(({ model }) => model);
    expect(names(false)).toEqual(["together-chat", "mistral-chat", ...chat]);
    expect(names(true)).toEqual(["together-vectors", ...embedding]);
    expect(await open({ models: ["all-minilm"] }).listModels(never)).toMatchObject([
      { model: "all-minilm", profile: { conversations: false } },
    ]);
  });

  it("pass over entries that cannot be offered", async () => {
    server.models = (response) =>
      json(response, 200, {
        data: [{ id: "" }, { id: 7 }, null, { id: "x".repeat(201) }, { id: "ok", meta: { n_ctx_train: 512 } }],
      });
    expect(await open().listModels(never)).toEqual([modest("ok", 512)]);
  });
});

describe("configuration", () => {
  it.each(["nonsense", "ftp://a/v1", "http://user:pass@a/v1", "http://a/v1?key=1"])("refuses the URL %s", (wrong) => {
    expect(() => open({ url: wrong })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("accepts a slash at the end", async () => {
    expect((await collect(open({ url: `${server.url}/` }))).text).toBe("Hello");
  });
});
