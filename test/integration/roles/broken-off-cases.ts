/** Answers that clients break off, each in its own way, and many at once: what is metered is what is paid. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI } from "@langchain/openai";
import { streamText } from "ai";
import OpenAI from "openai";
import { beforeAll, describe, expect, it } from "vitest";
import { openai } from "../../support/staged-gateway.ts";
import { MODEL, type ScriptedBackend, says, saysThenHangs, scriptedBackend } from "./scripted-backend.ts";
import { type Seller, until, type World } from "./world.ts";

/** The parts of the gateway's world that the cases need. */
interface Door {
  readonly url: string;
  readonly world: World;
}
type BreakOff = (url: string) => Promise<unknown>;

const MOST = 200;
const MANY = 100;
const HI = [{ role: "user" as const, content: "Hi" }];

/** Each reads the first text of an answer that would be long, and leaves. */
const WAYS: readonly (readonly [string, BreakOff])[] = [
  [
    "OpenAI's client leaves a stream",
    async (url) => {
      const asked = { model: MODEL, messages: HI, max_tokens: MOST, stream: true } as const;
      for await (const { choices } of await openai({ url }).chat.completions.create(asked))
        if (choices[0]?.delta.content) break;
    },
  ],
  [
    "OpenAI's client waits no longer for a whole answer",
    async (url) => {
      const hasty = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, timeout: 1_500 });
      const asked = { model: MODEL, messages: HI, max_tokens: MOST };
      await expect(hasty.chat.completions.create(asked)).rejects.toThrow("timed out");
    },
  ],
  [
    "the AI SDK's signal is aborted",
    async (url) => {
      const provider = createOpenAICompatible({ name: "lloom", baseURL: `${url}/v1` });
      const cancel = new AbortController();
      const { textStream } = streamText({
        ...{ model: provider.chatModel(MODEL), prompt: "Hi", maxOutputTokens: MOST, abortSignal: cancel.signal },
      });
      for await (const _ of textStream) cancel.abort();
    },
  ],
  [
    "LangChain's signal is aborted",
    async (url) => {
      const configuration = { baseURL: `${url}/v1` };
      const chat = new ChatOpenAI({ model: MODEL, apiKey: "none", maxRetries: 0, maxTokens: MOST, configuration });
      const cancel = new AbortController();
      const read = async (): Promise<void> => {
        for await (const { text } of await chat.stream("Hi", { signal: cancel.signal }))
          if (text !== "") cancel.abort();
      };
      await expect(read()).rejects.toThrow();
    },
  ],
];

export function brokenOffCases(door: () => Door): void {
  describe("an answer that is broken off", { timeout: 120_000 }, () => {
    let backend: ScriptedBackend;
    let seller: Seller;
    const owed = (): bigint => seller.executor.status().owed;
    beforeAll(async () => {
      const { url, world } = door();
      backend = scriptedBackend();
      seller = await world.seller({ backend });
      const listed = async () => (await openai({ url }).models.list()).data.some(({ id }) => id === MODEL);
      await until("the second model is offered", listed);
    });

    it.each(WAYS)("is stopped and paid for the part that came: %s", async (_, breakOff) => {
      const pieces = Array.from({ length: MOST }, () => "word ");
      const asked = { model: MODEL, messages: HI, max_tokens: MOST };
      backend.script = says(...pieces);
      const { url } = door();
      const before = owed();
      await openai({ url }).chat.completions.create(asked);
      const whole = owed() - before;
      backend.script = saysThenHangs("word ", "word ");
      await breakOff(url);
      await until("the part is metered", () => owed() > before + whole);
      expect(owed() - before - whole).toBeLessThan(whole / 10n);
    });

    it(`is none of ${MANY} side by side, each of which is paid at what it says`, async () => {
      backend.script = says("Hello", "!");
      const client = openai(door());
      const before = owed();
      const calls = Array.from({ length: MANY }, () =>
        client.chat.completions.create({ model: MODEL, messages: HI, max_tokens: 4 }).withResponse(),
      );
      const told = await Promise.all(calls);
      expect(new Set(told.map(({ data }) => data.choices[0]?.message.content))).toEqual(new Set(["Hello!"]));
      expect(new Set(told.map(({ response }) => response.headers.get("x-lloom-request"))).size).toBe(MANY);
      const cost = told.reduce((sum, { response }) => sum + BigInt(response.headers.get("x-lloom-cost") ?? ""), 0n);
      expect(owed() - before).toBe(cost);
    });
  });
}
