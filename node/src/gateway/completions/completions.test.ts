import type OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answering, END } from "../../../../test/support/staged-client.ts";
import { openai, type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import type { ToldToken } from "../../client/question.ts";
import { parseCompletionRequest } from "./completion-request.ts";

const ASK = { model: "lloom-tiny", prompt: "Say hello." };

let staged: StagedGateway;
let client: OpenAI;
beforeEach(async () => {
  staged = stageGateway();
  client = openai(await staged.start());
});
afterEach(() => staged[Symbol.asyncDispose]());

describe("a completion", () => {
  it("is an answer to its prompt as a turn of the user's, of 16 tokens where no limit is named", async () => {
    const { data, response } = await client.completions.create({ ...ASK, stop: ["!"], seed: 7 }).withResponse();
    expect(data).toMatchObject({
      object: "text_completion",
      choices: [{ text: "Hello!", index: 0, logprobs: null, finish_reason: "stop" }],
      usage: { prompt_tokens: 9, completion_tokens: 13 },
    });
    expect(response.headers.get("x-lloom-cost")).toBe("7");
    expect(response.headers.has("x-lloom-receipt")).toBe(true);
    expect(staged.client.asked[0]?.question).toMatchObject({
      messages: [{ role: "user", content: ASK.prompt }],
      maxOutboundTokens: 16,
      sampling: { stop: ["!"], seed: 7 },
    });
  });

  it("comes in chunks, behind its prompt where that is to be repeated, with usage at the end", async () => {
    staged.client.script = () => answering("Hel", "lo!");
    const asked = { ...ASK, echo: true, stream: true, stream_options: { include_usage: true } } as const;
    const chunks: OpenAI.Completion[] = [];
    for await (const chunk of await client.completions.create(asked)) chunks.push(chunk);
    expect(chunks.flatMap(({ choices }) => choices.map(({ text }) => text))).toEqual(["Say hello.Hel", "lo!", ""]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 22 }, lloom: { cost: "7" } });
  });

  it("has log probabilities in lists, parts of letters by their bytes", async () => {
    const odds: ToldToken[] = ["H", "ä"].flatMap((letter) =>
      [...Buffer.from(letter)].map((byte) => ({
        ...{ bytes: [byte], logprob: -250, isText: true },
        likeliest: [{ bytes: [byte], logprob: -250 }],
      })),
    );
    staged.client.script = async function* () {
      yield { type: "text", text: "Hä" };
      yield { ...END, odds };
    };
    const { choices } = await client.completions.create({ ...ASK, logprobs: 1 });
    const names = ["H", "bytes:\\xc3", "bytes:\\xa4"];
    expect(choices[0]?.logprobs).toEqual({
      tokens: names,
      token_logprobs: [-0.25, -0.25, -0.25],
      top_logprobs: names.map((name) => ({ [name]: -0.25 })),
      text_offset: [0, 1, 2],
    });
  });

  it.each([
    ["suffix", { suffix: "." }],
    ["echo", { echo: true, logprobs: 1 }],
    ["prompt", { prompt: ["a", "b"] }],
    ["prompt", { prompt: [1, 2] }],
    ["best_of", { best_of: 2 }],
    ["messages", { messages: [] }],
  ])("refuses %s where it cannot be honoured", (param, changes) => {
    expect(() => parseCompletionRequest({ ...ASK, ...changes })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", details: { param } }),
    );
  });
});
