import { embeddingSampling } from "@lloom/protocol/form/embedding";
import { readVectors, vectorLine } from "@lloom/protocol/form/vectors";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Behaviour, json, type StagedOpenAi, stageOpenAi } from "../../../../test/support/staged-openai.ts";
import type { Completion } from "../backend.ts";
import { openOpenAi } from "../openai.ts";

const never = new AbortController().signal;
const MODEL = "nomic-embed-text";
const embed = (dimensions?: number): Completion => ({
  model: MODEL,
  messages: [
    { role: "user", content: "one" },
    { role: "user", content: "two" },
  ],
  sampling: embeddingSampling(dimensions),
  maxOutboundTokens: 1,
});

let server: StagedOpenAi;
beforeAll(async () => {
  server = await stageOpenAi();
});
beforeEach(() => {
  server.asked.length = 0;
});
afterAll(() => server[Symbol.asyncDispose]());

/** Answers so. */
const gives =
  (embeddings: readonly unknown[], changes: object = {}): Behaviour =>
  (response) => {
    const data = embeddings.map((embedding, index) => ({ object: "embedding", index, embedding }));
    json(response, 200, { object: "list", data, usage: { prompt_tokens: 6, total_tokens: 6 }, ...changes });
  };

async function ask(completion = embed(), signal = never) {
  await using backend = openOpenAi({ kind: "openai", url: server.url });
  let text = "";
  for await (const event of backend.complete(completion, signal)) {
    if (event.type === "text") text += event.text;
    else return { text, end: event };
  }
  expect.unreachable("it ends with its counts");
}

describe("vectors of a server", () => {
  it("are asked for all at once as numbers, scaled to length 1, in the order of the texts, at the server's own count", async () => {
    server.chat = gives([], {
      data: [
        { index: 1, embedding: [0, -2] },
        { index: 0, embedding: [3, 4] },
      ],
    });
    const { text, end } = await ask();
    expect(server.asked).toMatchObject([
      { path: "/v1/embeddings", body: { model: MODEL, input: ["one", "two"], encoding_format: "float" } },
    ]);
    expect(server.asked[0]?.body).not.toHaveProperty("dimensions");
    expect(text).toBe(`${vectorLine([0.6, 0.8])}${vectorLine([0, -1])}`);
    expect(end).toMatchObject({ finishReason: "stop", inboundTokens: 6, outboundTokens: Math.ceil(text.length / 8) });
  });

  it("have as many numbers as were asked for, or are refused", async () => {
    server.chat = gives([
      [1, 0],
      [0, 1],
    ]);
    expect(readVectors((await ask(embed(2))).text)).toHaveLength(2);
    expect(server.asked[0]?.body).toMatchObject({ dimensions: 2 });
    await expect(ask(embed(3))).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it.each<[string, Behaviour]>([
    ["too few", gives([[1]])],
    ["too many", gives([[1], [1], [1]])],
    ["of different lengths", gives([[1], [1, 1]])],
    ["of no length", gives([[0], [1]])],
    ["no numbers", gives([["1"], [1]])],
    [
      "an infinite number",
      (response) =>
        response.end(
          '{"data":[{"index":0,"embedding":[1e999]},{"index":1,"embedding":[1]}],"usage":{"prompt_tokens":1}}',
        ),
    ],
    ["base64", gives(["AACAPw==", "AACAPw=="])],
    ["without usage", gives([[1], [1]], { usage: null })],
    ["no JSON", (response) => response.end("<html>")],
  ])("that are %s fail the answer, and nothing is charged", async (_, behaviour) => {
    server.chat = behaviour;
    await expect(ask()).rejects.toMatchObject({ code: "BACKEND_FAILED" });
  });

  it("fail as answers do where the server refuses", async () => {
    server.chat = (response) => json(response, 400, { error: { message: "input exceeds the context length" } });
    await expect(ask()).rejects.toMatchObject({ code: "CONTEXT_EXCEEDED" });
    server.chat = (response) => json(response, 404, {});
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  it("cost nothing where nobody waits for them any more", async () => {
    const stop = new AbortController();
    server.chat = () => stop.abort();
    expect(await ask(embed(), stop.signal)).toMatchObject({
      text: "",
      end: { finishReason: "cancelled", inboundTokens: 0, outboundTokens: 0 },
    });
  });

  it("are offered of models that only embed, shorter ones where the server is known to make such", async () => {
    server.models = (response) =>
      json(response, 200, {
        data: [
          { id: "bge-m3", owned_by: "llamacpp" },
          { id: "qwen3-embedding", owned_by: "vllm", max_model_len: 2048 },
        ],
      });
    await using backend = openOpenAi({ kind: "openai", url: server.url });
    expect(await backend.listModels(never)).toMatchObject([
      { model: "bge-m3", maxContext: 4096, profile: { features: ["embedding"], conversations: false } },
      { model: "qwen3-embedding", maxContext: 2048, profile: { features: ["embedding", "embedding_dimensions"] } },
    ]);
    // No answer of such a model has log probabilities: it is not asked for any.
    expect(server.asked).toEqual([]);
  });
});
