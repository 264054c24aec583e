import { embeddingSampling, MOST_EMBEDDING_OUTBOUND } from "@lloom/protocol/form/embedding";
import { vectorLine } from "@lloom/protocol/form/vectors";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { END, type Script } from "../../../../test/support/staged-client.ts";
import { openai, type StagedGateway, stageGateway, thrownBy } from "../../../../test/support/staged-gateway.ts";
import { LloomError } from "../../errors.ts";
import { parseEmbeddingRequest } from "./embedding-request.ts";

const MODEL = "lloom-tiny";
const ASK = { model: MODEL, input: "a secret text" };
const END_OF_VECTORS = { ...END, outboundTokens: 2 };

/** A vector for each text, told by numbers of requests as the client tells them. */
const vectors: Script = async function* ({ messages }) {
  const parts = Math.ceil(messages.length / 16);
  // The last comes first: what a request belongs to, its number says.
  for (let choice = parts - 1; choice >= 0; choice--) {
    const texts = messages.slice(choice * 16, (choice + 1) * 16);
    const text = texts.map(({ content }) => vectorLine([content.length, 0, 1]) ?? "").join("");
    yield { type: "signed", requestHash: END.requestHash, choice };
    yield { type: "text", text, choice };
    yield { ...END_OF_VECTORS, choice };
  }
};

let staged: StagedGateway;
let client: OpenAI;
let url: string;
beforeEach(async () => {
  staged = stageGateway();
  staged.client.script = vectors;
  ({ url } = await staged.start());
  client = openai({ url });
});
afterEach(() => staged[Symbol.asyncDispose]());

const post = (body: object): Promise<Response> =>
  fetch(`${url}/v1/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("vectors of texts", () => {
  it("come to the official client, which asks for base64 without being told, as the numbers that were signed", async () => {
    const { data, response } = await client.embeddings.create({ ...ASK, user: "u" }).withResponse();
    const [{ embedding, index } = { embedding: [], index: -1 }] = data.data;
    expect(index).toBe(0);
    expect(embedding).toHaveLength(3);
    expect(embedding[0]).toBeCloseTo(13 / Math.hypot(13, 1), 6);
    expect(data).toMatchObject({
      object: "list",
      model: MODEL,
      usage: { prompt_tokens: 9, total_tokens: 9 },
      lloom: { cost: "7" },
    });
    expect(response.headers.get("x-lloom-cost")).toBe("7");
    expect(response.headers.has("x-lloom-receipt")).toBe(true);
    expect(staged.client.asked[0]?.question).toMatchObject({
      messages: [{ role: "user", content: ASK.input }],
      sampling: embeddingSampling(),
      maxOutboundTokens: MOST_EMBEDDING_OUTBOUND,
    });
    expect(staged.client.asked[0]?.question).not.toHaveProperty("choices");
    expect(staged.logged()).not.toContain(ASK.input);
  });

  it("are numbers where no form is named, and base64 of the very bytes that were delivered where it is", async () => {
    const numbers = (await (await post(ASK)).json()) as OpenAI.CreateEmbeddingResponse;
    const text = (await (await post({ ...ASK, encoding_format: "base64" })).json()) as {
      data: { embedding: string }[];
    };
    const line = text.data[0]?.embedding ?? "";
    expect(`${line}\n`).toBe(vectorLine([13, 0, 1]));
    const bytes = Buffer.from(line, "base64");
    expect(numbers.data[0]?.embedding).toEqual([0, 4, 8].map((at) => bytes.readFloatLE(at)));
  });

  it("of many texts are in their order, paid by several requests with a receipt each, which stand in the body alone", async () => {
    const input = Array.from({ length: 300 }, (_, place) => "x".repeat(place + 1));
    const { data, response } = await client.embeddings.create({ ...ASK, input }).withResponse();
    expect(data.data.map(({ index }) => index)).toEqual(input.map((_, place) => place));
    for (const place of [0, 16, 299])
      expect(data.data[place]?.embedding[0]).toBeCloseTo((place + 1) / Math.hypot(place + 1, 1), 6);
    expect(data.usage).toEqual({ prompt_tokens: 171, total_tokens: 171 });
    expect(data).toMatchObject({ lloom: { cost: "133", choices: { length: 19 } } });
    expect(response.headers.get("x-lloom-cost")).toBe("133");
    for (const long of ["x-lloom-request", "x-lloom-executor", "x-lloom-receipt"])
      expect(response.headers.has(long)).toBe(false);
  });

  it("are asked for with as many numbers as are named, and of whom the request says", async () => {
    const executor = `0x${"e1".repeat(20)}`;
    await post({ ...ASK, dimensions: 256, provider: { only: [executor], verify: "redundant:2" } });
    expect(staged.client.asked[0]?.question).toMatchObject({
      ...{ sampling: embeddingSampling(256), preference: { only: [executor] } },
      verification: { type: "redundant", executors: 2 },
    });
  });

  it.each<[string, string, object]>([
    ["input", "UNSUPPORTED", { input: [1, 2, 3] }],
    ["input", "UNSUPPORTED", { input: [[1], [2]] }],
    ["input", "REQUEST_INVALID", { input: "" }],
    ["input", "REQUEST_INVALID", { input: [] }],
    ["input[1]", "REQUEST_INVALID", { input: ["a", ""] }],
    ["input", "REQUEST_INVALID", { input: ["a", null] }],
    ["input", "REQUEST_INVALID", { input: undefined }],
    ["input", "REQUEST_INVALID", { input: Array(2049).fill("a") }],
    ["input", "REQUEST_INVALID", { input: "\ud83e" }],
    ["encoding_format", "REQUEST_INVALID", { encoding_format: "int8" }],
    ["dimensions", "REQUEST_INVALID", { dimensions: 0 }],
    ["dimensions", "REQUEST_INVALID", { dimensions: 8193 }],
    ["models", "UNSUPPORTED", { models: ["another"] }],
    ["stream", "UNSUPPORTED", { stream: true }],
    ["truncate", "UNSUPPORTED", { truncate: true }],
    ["messages", "UNSUPPORTED", { messages: [] }],
  ])("are not asked for with a wrong %s: %s for %j", (param, code, changes) => {
    expect(() => parseEmbeddingRequest({ ...ASK, ...changes })).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ param }) }),
    );
  });

  it("of token numbers say what to do in place of them", async () => {
    const thrown = await thrownBy(client.embeddings.create({ ...ASK, input: [1, 2] }));
    expect(thrown).toBeInstanceOf(OpenAI.BadRequestError);
    expect(thrown).toMatchObject({ param: "input", code: "unsupported_parameter" });
    expect(String(thrown)).toContain("Send it as text");
  });

  it("are none where some are missing, or the network says that the model makes none", async () => {
    staged.client.script = async function* () {
      yield { type: "text", text: vectorLine([1]) ?? "" };
      yield { ...END_OF_VECTORS, finishReason: "cancelled" };
    };
    expect(await thrownBy(client.embeddings.create({ ...ASK, input: ["a", "b"] }))).toMatchObject({
      status: 502,
      code: "STREAM_INTERRUPTED",
    });
    // biome-ignore lint/correctness/useYield: it fails before it says anything.
    staged.client.script = async function* () {
      throw new LloomError("UNSUPPORTED", "No vectors of it.", { details: { param: "model" } });
    };
    expect(await thrownBy(client.embeddings.create(ASK))).toMatchObject({ status: 400, param: "model" });
  });

  it("are paid once, however often a named call comes", async () => {
    const named = { headers: { "idempotency-key": "vectors-1" } };
    const first = await client.embeddings.create(ASK, named);
    const again = await client.embeddings.create(ASK, named);
    expect(again.data).toEqual(first.data);
    expect(staged.client.asked).toHaveLength(1);
  });
});
