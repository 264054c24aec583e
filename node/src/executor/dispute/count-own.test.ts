import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hashProfile, type Profile, profileText } from "@lloom/protocol/profile";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scriptedBackend } from "../../../../test/integration/roles/scripted-backend.ts";
import { createExchange, testPrompt } from "../../../../test/support/exchange.ts";
import { readVocabularyFile } from "../../backend/gguf-vocabulary.ts";
import { sha256 } from "../../backend/sha256.ts";
import { OwnCounts } from "./count-own.ts";
import type { OwnAnswer } from "./measured-reply.ts";

/** A process that starts llama.cpp on a busy machine. */
const SLOW = 60_000;
const tiny = (file: string): string => fileURLToPath(new URL(`../../../models/tiny/${file}`, import.meta.url));
const golden = JSON.parse(readFileSync(tiny("golden.json"), "utf8")).prompts[0];
const exchange = createExchange();

let vocabulary: Uint8Array;
let counts: OwnCounts;
beforeAll(async () => {
  vocabulary = await readVocabularyFile(tiny("lloom-tiny.gguf"));
  const own = sha256(vocabulary);
  const backend = { ...scriptedBackend(), vocabulary: (hash: string) => (hash === own ? vocabulary : undefined) };
  counts = new OwnCounts(backend);
});
afterAll(() => counts[Symbol.asyncDispose]());

/** An answer of the shipped model under a profile that no backend tells any more. */
function answerUnder(promised: Partial<Profile>): OwnAnswer {
  const profile = profileText({ backend: "llama.cpp", evidence: "text", maxContext: 512, ...promised });
  return {
    receipt: exchange.receipt({ nonce: 1n }),
    prompt: { ...testPrompt(golden.turns[0]), profile, profileHash: hashProfile(profile) },
    text: golden.answer,
  };
}

it(
  "counts by the vocabulary that was signed, also when the backend has another version by now, and says so",
  async () => {
    const signed = { vocabulary: sha256(vocabulary), version: "of long ago" };
    const found = await counts.count(answerUnder(signed));
    const { prompt_ids, answer_ids } = golden;
    expect(found?.counts).toMatchObject({ inboundTokens: prompt_ids.length, outboundTokens: answer_ids.length });
    expect(found?.isSameVersion).toBe(false);
  },
  SLOW,
);

it("counts nothing under a profile that names no vocabulary, or one that is gone", async () => {
  expect(await counts.count(answerUnder({}))).toBeUndefined();
  expect(await counts.count(answerUnder({ vocabulary: `0x${"11".repeat(32)}` }))).toBeUndefined();
});
