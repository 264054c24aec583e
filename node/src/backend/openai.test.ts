import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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
import type { Backend, CompletionEvent } from "./backend.ts";
import { type OpenAiOptions, openOpenAi } from "./openai.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };

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

describe("answers of an OpenAI-compatible server", () => {
  it("come as text with the server's own counts", async () => {
    expect(await collect(open())).toEqual({
      text: "Hello",
      end: { type: "end", finishReason: "stop", inboundTokens: 9, outboundTokens: 2 },
    });
    expect(await open().countInbound(ASK, never)).toBeUndefined();
  });

  it("tell what came in one piece at once, also before an event that is none", async () => {
    server.chat = (response) => begin(response, `${text("a")}${text("b")}data: {\n\n`);
    const seen: CompletionEvent[] = [];
    const reading = async (): Promise<void> => {
      for await (const one of open().complete(ASK, never)) seen.push(one);
    };
    await expect(reading()).rejects.toMatchObject({ code: "BACKEND_FAILED" });
    expect(seen).toEqual([{ type: "text", text: "ab" }]);
  });

  it("are asked for with everything that changes them, and the key", async () => {
    await collect(open({ apiKey: "key-1" }), {
      ...ASK,
      sampling: { ...ASK.sampling, topK: 5, seed: 3, stop: ["END"], responseFormat: "json" },
    });
    await collect(open());
    expect(server.asked[0]?.headers.authorization).toBe("Bearer key-1");
    expect(server.asked[0]?.body).toEqual({
      model: "llama3.2",
      messages: ASK.messages,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 50,
      temperature: 0.7,
      top_p: 0.9,
      top_k: 5,
      seed: 3,
      stop: ["END"],
      response_format: { type: "json_object" },
    });
    expect(server.asked[1]?.headers.authorization).toBeUndefined();
    expect(Object.keys(server.asked[1]?.body ?? {})).not.toContain("top_k");
  });

  it("carry the trace of their request where it is recorded, also when they are asked for once more", async () => {
    const requestHash = `0x${"ab".repeat(16)}${"12".repeat(8)}${"cd".repeat(8)}` as const;
    const asked = { ...ASK, requestHash };
    await collect(open({ tellsTraces: true }), asked);
    server.chat = (response) =>
      server.asked.at(-1)?.body["max_tokens"] === undefined
        ? answer(response, [text("Hi"), finish("stop"), usage(9, 1), DONE])
        : json(response, 400, { error: { message: "maximum context length is 4096 tokens" } });
    await collect(open({ tellsTraces: true }), asked);
    await collect(open(), { ...asked, maxOutboundTokens: 4 }).catch(() => undefined);
    // Nobody's request, as in trials of a model.
    await collect(open({ tellsTraces: true }));
    const told = `00-${"ab".repeat(16)}-${"ab".repeat(4)}${"12".repeat(4)}-01`;
    expect(server.asked.map(({ headers }) => headers["traceparent"])).toEqual([
      ...[told, told, told],
      ...[undefined, undefined, undefined, undefined],
    ]);
  });

  it("survive any cut through bytes, lines and events", async () => {
    const whole = Buffer.from(
      `: comment\r\n\r\n${text("naïve 東京 😀").replaceAll("\n", "\r\n")}${finish("length")}${usage(1, 2)}${DONE}`,
    );
    server.chat = async (response) => {
      begin(response);
      for (const byte of whole) {
        response.write(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    };
    expect(await collect(open())).toEqual({
      text: "naïve 東京 😀",
      end: { type: "end", finishReason: "length", inboundTokens: 1, outboundTokens: 2 },
    });
  });

  it("may tell usage in the last text, and end without [DONE]", async () => {
    const last = {
      choices: [{ delta: { content: "Hi" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    };
    server.chat = (response) => answer(response, [event(last)]);
    expect((await collect(open())).end).toMatchObject({ inboundTokens: 3, outboundTokens: 1 });
  });

  it("pass over events without data, which keep a connection alive", async () => {
    server.chat = (response) =>
      answer(response, ["data:\n\n", text("Hel"), "data: \n\n", text("lo"), finish("stop"), usage(9, 2), DONE]);
    expect(await collect(open())).toMatchObject({ text: "Hello", end: { finishReason: "stop", outboundTokens: 2 } });
  });

  it("are whole when the server says [DONE] after its text, without a reason", async () => {
    server.chat = (response) => answer(response, [text("Hello"), usage(9, 2), DONE]);
    expect(await collect(open())).toMatchObject({ text: "Hello", end: { finishReason: "stop", outboundTokens: 2 } });
  });

  it.each([
    ["stop", "stop"],
    ["eos_token", "stop"],
    ["length", "length"],
    ["max_tokens", "length"],
  ])("end with the server's word %s as %s", async (word, finishReason) => {
    server.chat = (response) => answer(response, [text("Hi"), finish(word), usage(9, 1), DONE]);
    expect((await collect(open())).end).toMatchObject({ finishReason });
  });

  it("are never charged beyond the request's limit", async () => {
    server.chat = (response) => answer(response, [text("Hi"), finish("length"), usage(9, 400), DONE]);
    expect((await collect(open())).end).toMatchObject({ outboundTokens: 50 });
  });

  it("fail without usage, since nothing may be charged by guess", async () => {
    const error = await failure((response) => answer(response, [text("Hi"), finish("stop"), DONE]));
    expect(error).toMatchObject({
      code: "BACKEND_FAILED",
      message: "The backend does not report token usage, so nothing can be charged.",
      next: "Use a server that honours stream_options.include_usage.",
    });
  });
});

describe("connections", () => {
  it("are used again, also when the stream ends a little after its last event", async () => {
    server.chat = (response) => {
      begin(response, text("Hi"), finish("stop"), usage(1, 1), DONE);
      setTimeout(() => response.end(), 5);
    };
    await using backend = open();
    for (let round = 0; round < 8; round++) await collect(backend);
    expect(server.connections).toBeLessThan(4);
  });

  it("are no reason to fail when the server closes an idle one at the moment of its use", async () => {
    await using backend = open();
    await collect(backend);
    const { chat } = server;
    server.chat = (response) => (server.asked.length === 2 ? response.socket?.destroy() : chat(response));
    expect(await collect(backend)).toMatchObject({ text: "Hello" });
    expect([server.asked.length, server.connections]).toEqual([3, 2]);
  });

  it("do not hold an answer up that the server leaves open", async () => {
    server.chat = (response) => begin(response, text("Hi"), finish("stop"), usage(1, 1), DONE);
    expect((await collect(open())).end).toMatchObject({ finishReason: "stop" });
  });
});

describe("cancelling", () => {
  it("closes the server's stream; each piece counts as one token and the prompt as none", async () => {
    server.chat = (response) => begin(response, text("a"), text("b"), text("c"));
    const cancel = new AbortController();
    let seen = "";
    let end: CompletionEvent | undefined;
    for await (const one of open().complete(ASK, cancel.signal)) {
      // Pieces that come together are told together.
      if (one.type === "text") seen += one.text;
      else end = one;
      if (seen === "abc") cancel.abort();
    }
    expect(end).toEqual({ type: "end", finishReason: "cancelled", inboundTokens: 0, outboundTokens: 3 });
    await vi.waitUntil(() => server.asked[0]?.response.destroyed, DEADLINE);
  });

  it("costs nothing before the first text", async () => {
    server.chat = (response) => begin(response);
    const cancel = new AbortController();
    const call = collect(open(), ASK, cancel.signal);
    await vi.waitUntil(() => server.asked.length === 1, DEADLINE);
    cancel.abort();
    expect(await call).toEqual({
      text: "",
      end: { type: "end", finishReason: "cancelled", inboundTokens: 0, outboundTokens: 0 },
    });
  });

  it("closes the server's stream when the caller walks away", async () => {
    server.chat = (response) => begin(response, text("a"), text("b"));
    for await (const _ of open().complete(ASK, never)) break;
    await vi.waitUntil(() => server.asked[0]?.response.destroyed, DEADLINE);
  });
});

describe("time limits", () => {
  it("end a wait for the first token", async () => {
    const error = await failure((response) => begin(response, ": still working\n\n"), { firstTokenTimeoutMs: 30 });
    expect(error).toMatchObject({
      code: "BACKEND_TIMEOUT",
      message: "The backend did not send the first token in 30 ms.",
    });
    await vi.waitUntil(() => server.asked[0]?.response.destroyed, DEADLINE);
  });

  it("end a wait for headers", async () => {
    expect(await failure(() => {}, { firstTokenTimeoutMs: 30 })).toMatchObject({ code: "BACKEND_TIMEOUT" });
  });

  it("end a silence between tokens", async () => {
    const error = await failure((response) => begin(response, text("a")), { tokenGapTimeoutMs: 30 });
    expect(error).toMatchObject({
      code: "BACKEND_TIMEOUT",
      message: "The backend did not send the next token in 30 ms.",
    });
  });

  it("do not run while the caller is slow", async () => {
    const seen: CompletionEvent[] = [];
    for await (const one of open({ tokenGapTimeoutMs: 500 }).complete(ASK, never)) {
      seen.push(one);
      if (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 700));
    }
    expect(seen.at(-1)).toMatchObject({ type: "end", finishReason: "stop" });
  });
});
