import { decodeTraceLeaf, encodeTraceLeaf, LEAST_LOGPROB } from "@lloom/protocol/trace";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ASK,
  answer,
  type Behaviour,
  DONE,
  event,
  finish,
  json,
  type StagedOpenAi,
  stageOpenAi,
  text,
  usage,
} from "../../../test/support/staged-openai.ts";
import type { Backend, CompletionEvent } from "./backend.ts";
import { openOpenAi } from "./openai.ts";

const never = new AbortController().signal;

let server: StagedOpenAi;
beforeEach(async () => {
  server = await stageOpenAi();
});
afterEach(() => server[Symbol.asyncDispose]());

const open = (): Backend => openOpenAi({ kind: "openai", url: server.url, models: ["llama3.2"] });
async function ask(backend: Backend): Promise<Extract<CompletionEvent, { type: "end" }>> {
  for await (const one of backend.complete(ASK, never)) if (one.type === "end") return one;
  expect.unreachable("an answer ends with its counts");
}
const evidenceOf = async (backend: Backend): Promise<string | undefined> =>
  (await backend.listModels(never))[0]?.profile?.evidence;

/** A piece of text with its log probabilities. */
const traced = (content: string, logprobs: unknown): string =>
  event({ choices: [{ index: 0, delta: { content }, logprobs: { content: logprobs }, finish_reason: null }] });
const odds = (token: string, logprob: number | null, more: object = {}) => ({ token, logprob, ...more });
const isAsked = (): boolean => server.asked.at(-1)?.body["logprobs"] === true;
/** Gives log probabilities to whoever asks for them. */
const gives =
  (logprobs: readonly unknown[]): Behaviour =>
  (response) =>
    answer(response, [isAsked() ? traced("Hello", logprobs) : text("Hello"), finish("stop"), usage(9, 2), DONE]);
const TWO = [
  odds("Hel", -0.25, { top_logprobs: [odds("Hel", -0.25), odds("Hi", -2)] }),
  odds("lo", -1, { top_logprobs: [odds("p", -0.5), odds("lo", -1)] }),
];

/** A backend whose server has shown what it gives. */
async function shown(behaviour: Behaviour): Promise<Backend> {
  server.chat = behaviour;
  const backend = open();
  await ask(backend);
  await backend.listModels(never);
  return backend;
}

describe("log probabilities of an OpenAI-compatible server", () => {
  it("are promised and asked for once a try has shown that they come", async () => {
    server.chat = gives(TWO);
    const backend = open();
    expect(await evidenceOf(backend)).toBe("text");
    expect(server.asked).toEqual([]);
    expect((await ask(backend)).trace).toBeUndefined();
    expect(server.asked[0]?.body).not.toHaveProperty("logprobs");
    expect(await evidenceOf(backend)).toBe("trace");
    expect(server.asked[1]?.body).toMatchObject({ logprobs: true, top_logprobs: 10, max_tokens: 1 });
    const { trace = [], ...counts } = await ask(backend);
    expect(server.asked[2]?.body).toMatchObject({ logprobs: true, top_logprobs: 10, max_tokens: 50 });
    expect(counts).toEqual({ type: "end", finishReason: "stop", inboundTokens: 9, outboundTokens: 2 });
    expect(trace.map(({ token, logprob }) => [String(Buffer.from(token as Uint8Array)), logprob])).toEqual([
      ["Hel", -250],
      ["lo", -1000],
    ]);
    await backend.listModels(never);
    expect(server.asked).toHaveLength(3);
  });

  it.each<[string, Behaviour]>([
    ["passes the question over", (response) => answer(response, [text("Hi"), finish("stop"), usage(1, 1), DONE])],
    ["gives no alternatives", gives([odds("Hello", -1)])],
    ["gives them in a shape of its own", gives([{ tokens: ["Hello"], token_logprobs: [-1] }])],
  ])("are not promised by a server that %s", async (_, behaviour) => {
    const backend = await shown(behaviour);
    expect(await evidenceOf(backend)).toBe("text");
    expect((await ask(backend)).trace).toBeUndefined();
    expect(server.asked.filter(({ body }) => body["logprobs"] === true)).toHaveLength(1);
  });

  it("are not promised by a server that refuses the question, which goes on to answer without it", async () => {
    const backend = await shown((response) => (isAsked() ? json(response, 400, { error: {} }) : gives(TWO)(response)));
    expect(await evidenceOf(backend)).toBe("text");
    expect(await ask(backend)).toMatchObject({ outboundTokens: 2 });
  });

  it("are tried again after a failure that says nothing, three times at most", async () => {
    const backend = await shown((response) => (isAsked() ? json(response, 500, {}) : gives(TWO)(response)));
    for (let list = 0; list < 5; list++) expect(await evidenceOf(backend)).toBe("text");
    expect(server.asked.filter(({ body }) => body["logprobs"] === true)).toHaveLength(3);
  });

  it("fail the answer that comes without them, and are no longer promised", async () => {
    const backend = await shown(gives(TWO));
    server.chat = (response) => answer(response, [text("Hello"), finish("stop"), usage(9, 2), DONE]);
    await expect(ask(backend)).rejects.toMatchObject({ code: "BACKEND_FAILED" });
    expect(await evidenceOf(backend)).toBe("text");
    expect(await ask(backend)).toMatchObject({ outboundTokens: 2 });
  });

  it("name tokens by their ids where the server tells all of them", async () => {
    const byId = [
      odds("Hel", -0.25, { id: 7, top_logprobs: [odds("Hel", -0.25, { id: 7 }), odds("Hi", -2, { id: 9 })] }),
    ];
    const { trace } = await ask(await shown(gives(byId)));
    expect(trace).toEqual([
      {
        token: 7,
        logprob: -250,
        likeliest: [
          { token: 7, logprob: -250 },
          { token: 9, logprob: -2000 },
        ],
      },
    ]);
  });

  it("become leaves also where tokens share their bytes, figures differ a little, and one has none", async () => {
    const half = { bytes: [0xf0, 0x9f] };
    const odd = [
      odds("�", -1.2, { ...half, top_logprobs: [odds("�", -1.1, half), odds("�", -3, half), odds("a", -1.5)] }),
      odds("b", -0.1, { top_logprobs: [odds("a", -0.2)] }),
      odds("c", null, { top_logprobs: [odds("a", 0.01), odds("b", -9999)] }),
      odds("x".repeat(2000), -1, { top_logprobs: [odds("a", -0.3)] }),
    ];
    const { trace = [] } = await ask(await shown(gives(odd)));
    const leaves = trace.map(encodeTraceLeaf).map(decodeTraceLeaf);
    expect(leaves.map(({ logprob }) => logprob)).toEqual([-1200, -100, LEAST_LOGPROB, -1000]);
    expect(leaves.map(({ likeliest }) => likeliest.map(({ logprob }) => logprob))).toEqual([
      [-1200, -1500],
      [-100, -200],
      [0, LEAST_LOGPROB],
      [-300],
    ]);
  });
});
