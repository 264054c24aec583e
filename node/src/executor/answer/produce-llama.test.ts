import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../backend/backend.ts";
import { openLlama } from "../../backend/llama.ts";
import { createLog } from "../../log.ts";
import { produce } from "./produce.ts";
import type { Answer } from "./response.ts";

const SEQUENCES = 2;
/** Long before this an answer is there; one that waits for a sequence that nobody gives back fails with it. */
const TIMEOUT_MS = 20_000;
const options = {
  kind: "llama",
  modelPath: fileURLToPath(new URL("../../../models/tiny/lloom-tiny.gguf", import.meta.url)),
  modelName: "tiny",
  threads: 1,
  sequences: SEQUENCES,
} as const;
const completion = {
  model: "tiny",
  messages: [{ role: "user" as const, content: "What is 2 + 2?" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const },
  maxOutboundTokens: 32,
};

let backend: Backend;
beforeAll(async () => {
  backend = await openLlama(options, createLog({ level: "silent", name: "test" }), new AbortController().signal);
});
afterAll(() => backend[Symbol.asyncDispose]());

const answer = (signal: AbortSignal, send: (text: string) => Promise<void>): Promise<Answer> =>
  produce({ backend, completion, signal, timeoutMs: TIMEOUT_MS, deadlineMs: TIMEOUT_MS, send });
const whole = (): Promise<Answer> => answer(new AbortController().signal, async () => {});
function cancelled(): Promise<Answer> {
  const cancel = new AbortController();
  return answer(cancel.signal, async () => cancel.abort());
}
const lost = (): Promise<Answer> =>
  answer(new AbortController().signal, async () => {
    throw new TypeError("The pipe is broken.");
  });

describe("answers of the embedded llama.cpp, one after the other", () => {
  it("give their sequence back, however many there are", async () => {
    for (let round = 0; round < 2 * SEQUENCES + 1; round++)
      expect(await whole()).toMatchObject({ text: "2 + 2 = 4.", finishReason: "stop" });
  });

  it("give their sequence back when they are cancelled", async () => {
    for (let round = 0; round < 2 * SEQUENCES + 1; round++)
      expect(await cancelled()).toMatchObject({ finishReason: "cancelled", outboundTokens: 1 });
    expect(await whole()).toMatchObject({ text: "2 + 2 = 4." });
  });

  it("give their sequence back when the text cannot be passed on", async () => {
    for (let round = 0; round < 2 * SEQUENCES + 1; round++) await expect(lost()).rejects.toThrow("The pipe is broken.");
    expect(await whole()).toMatchObject({ text: "2 + 2 = 4." });
  });
});
