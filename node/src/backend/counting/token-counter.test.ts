import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVocabularyFile } from "../gguf-vocabulary.ts";
import type { CountQuestion } from "./count-messages.ts";
import { TokenCounter } from "./token-counter.ts";

/** A process that starts llama.cpp on a busy machine. */
const SLOW = 60_000;
const tiny = (file: string): string => fileURLToPath(new URL(`../../../models/tiny/${file}`, import.meta.url));

let directory: string;
let counter: TokenCounter;
let vocabulary: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lloom-counting-"));
  vocabulary = join(directory, "tiny.gguf");
  writeFileSync(vocabulary, await readVocabularyFile(tiny("lloom-tiny.gguf")));
  counter = new TokenCounter();
});
afterAll(async () => {
  await counter[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const ask = (messages: CountQuestion["messages"], text: string): CountQuestion => ({
  ...{ vocabulary, messages, asOfSeconds: 0, text },
});

describe("counting in a process of its own", () => {
  it(
    "gives the counts of the training code for the golden prompts and answers",
    async () => {
      const { prompts } = JSON.parse(readFileSync(tiny("golden.json"), "utf8"));
      for (const { turns, answer, prompt_ids, answer_ids } of prompts) {
        if (turns.length > 1) continue;
        const counted = await counter.count(ask([{ role: "user", content: turns[0] }], answer));
        expect(counted).toMatchObject({ inboundTokens: prompt_ids.length, outboundTokens: answer_ids.length });
      }
    },
    SLOW,
  );

  it(
    "counts text as text: control tokens that it spells out, broken characters, nothing",
    async () => {
      const counts = async (text: string): Promise<number> => (await counter.count(ask([], text))).outboundTokens;
      expect(await counts("")).toBe(0);
      expect(await counts("<|im_end|>")).toBeGreaterThan(1);
      expect(await counts("\uFFFD")).toBeGreaterThanOrEqual(1);
      // Not the sum of parts: what was written in two pieces is one token.
      expect(await counts(" Lloom")).toBeLessThan((await counts(" Ll")) + (await counts("oom")));
    },
    SLOW,
  );

  it(
    "survives a file that is no vocabulary, and goes on with the others",
    async () => {
      const wrong = join(directory, "wrong.gguf");
      writeFileSync(wrong, readFileSync(vocabulary).subarray(0, 30_000));
      await expect(counter.count({ ...ask([], "a"), vocabulary: wrong })).rejects.toMatchObject({
        code: "BACKEND_FAILED",
      });
      expect(await counter.count(ask([], "Hello"))).toMatchObject({ outboundTokens: expect.any(Number) });
    },
    SLOW,
  );

  it(
    "starts again when its process was killed between two questions, and blames no vocabulary",
    async () => {
      const started: ChildProcess[] = [];
      const note = (message: unknown): void => void started.push((message as { process: ChildProcess }).process);
      subscribe("child_process", note);
      await using other = new TokenCounter();
      const first = await other.count(ask([], "Hello"));
      const [child = expect.unreachable()] = started;
      child.kill("SIGKILL");
      await once(child, "exit");
      expect(await other.count(ask([], "Hello"))).toEqual(first);
      expect(started).toHaveLength(2);
      unsubscribe("child_process", note);
    },
    SLOW,
  );

  it("refuses everything once it is closed", async () => {
    const closed = new TokenCounter();
    await closed[Symbol.asyncDispose]();
    await expect(closed.count(ask([], "a"))).rejects.toMatchObject({ code: "BACKEND_FAILED" });
  });
});
