import { embeddingSampling } from "@lloom/protocol/form/embedding";
import { describe, expect, it } from "vitest";
import {
  says,
  saysThenFails,
  saysThenHangs,
  scriptedBackend,
} from "../../../../test/integration/roles/scripted-backend.ts";
import type { CompletionEvent } from "../../backend/backend.ts";
import { LloomError } from "../../errors.ts";
import { type Production, produce } from "./produce.ts";

const completion = {
  model: "scripted",
  messages: [{ role: "user" as const, content: "one two three" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const },
  maxOutboundTokens: 8,
};

function run(script: ReturnType<typeof says>, change: Partial<Production> = {}) {
  const sent: string[] = [];
  const production: Production = {
    backend: scriptedBackend(script),
    completion,
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    deadlineMs: 60_000,
    send: async (text) => void sent.push(text),
    ...change,
  };
  return { sent, answer: produce(production) };
}

/** Thinks until its tokens are used up, and shows nothing of it. */
const spends = async function* (): AsyncGenerator<CompletionEvent> {
  yield { type: "end", finishReason: "length", inboundTokens: 3, outboundTokens: 8 };
};

describe("a run of the backend", () => {
  it("passes text on as it comes and ends with the counts", async () => {
    const { sent, answer } = run(says("a", "b"));
    expect(await answer).toEqual({ text: "ab", inboundTokens: 3, outboundTokens: 2, finishReason: "stop" });
    expect(sent).toEqual(["a", "b"]);
  });

  it("is no answer without any text, however it ended", async () => {
    await expect(run(says()).answer).rejects.toMatchObject({ code: "BACKEND_FAILED" });
    await expect(run(spends).answer).rejects.toMatchObject({
      code: "BACKEND_FAILED",
      message: "The backend spent all tokens that the request allows without any text; nothing is charged.",
    });
  });

  it("ends at the client's deadline with what there is", async () => {
    const { answer } = run(saysThenHangs("half"), { deadlineMs: 1 });
    expect(await answer).toMatchObject({ text: "half", finishReason: "cancelled", outboundTokens: 1 });
  });

  it("fails when the backend takes too long, whatever it said", async () => {
    const { answer } = run(saysThenHangs("half"), { timeoutMs: 1 });
    await expect(answer).rejects.toMatchObject({ code: "BACKEND_TIMEOUT" });
  });

  it("is an answer when this node's shutdown ended it, unless there is no text: then others may answer", async () => {
    const signal = AbortSignal.abort(new LloomError("DRAINING", "This executor is shutting down."));
    const broken = { text: "half", finishReason: "cancelled" };
    expect(await run(saysThenHangs("half"), { signal }).answer).toMatchObject(broken);
    await expect(run(saysThenHangs(), { signal }).answer).rejects.toMatchObject({ code: "DRAINING" });
  });

  it("is an answer when the client cancelled, unless there is no text to pay for", async () => {
    const signal = AbortSignal.abort(new LloomError("CANCELLED", "The client cancelled."));
    expect(await run(saysThenHangs("half"), { signal }).answer).toMatchObject({ finishReason: "cancelled" });
    await expect(run(saysThenHangs(), { signal }).answer).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("is vectors only where the client itself wanted no more: some of them are worth nothing to others", async () => {
    const asked = { ...completion, sampling: embeddingSampling() };
    const drained = AbortSignal.abort(new LloomError("DRAINING", "This executor is shutting down."));
    await expect(run(saysThenHangs("line\n"), { completion: asked, signal: drained }).answer).rejects.toMatchObject({
      code: "DRAINING",
    });
    await expect(run(saysThenHangs("line\n"), { completion: asked, deadlineMs: 1 }).answer).rejects.toMatchObject({
      code: "CANCELLED",
    });
    const signal = AbortSignal.abort(new LloomError("CANCELLED", "The client cancelled."));
    const { answer } = run(saysThenHangs("line\n"), { completion: asked, signal });
    expect(await answer).toMatchObject({ text: "line\n", finishReason: "cancelled" });
  });

  it("fails with the backend, and when the backend ends without a word", async () => {
    await expect(run(saysThenFails("half")).answer).rejects.toMatchObject({ code: "BACKEND_FAILED" });
    const silent = run(async function* () {});
    await expect(silent.answer).rejects.toMatchObject({ code: "BACKEND_FAILED" });
  });
});
