import { describe, expect, it } from "vitest";
import { hashParams, hashPrompt } from "./canonical.ts";
import type { Hex } from "./commitment-types.ts";
import { type OpenedPrompt, openedPromptSchema, promptProblem } from "./opened-prompt.ts";

const salt = (byte: string): Hex => `0x${byte.repeat(32)}`;
const PROMPT: OpenedPrompt = {
  promptSalt: salt("5a"),
  messages: [{ role: "user", content: "Tell me of cats." }],
  sampling: { temperatureMilli: 700, topPMilli: 950, topK: 40, seed: 7, stop: [], responseFormat: "text" },
  ...{ weightsHash: salt("c1"), profileHash: salt("c2"), offerHash: salt("c3") },
};
const SIGNED = { promptHash: hashPrompt(PROMPT.promptSalt, PROMPT.messages), paramsHash: hashParams(PROMPT) };

describe("an opened prompt", () => {
  it("is a request's frame without what is the frame's and the signature's", () => {
    expect(openedPromptSchema.parse(PROMPT)).toEqual(PROMPT);
    expect(openedPromptSchema.parse({ ...PROMPT, type: "request", id: 1 })).toEqual(PROMPT);
  });

  it("is what was signed", () => {
    expect(promptProblem(SIGNED, PROMPT)).toBeUndefined();
  });

  it.each<[keyof typeof SIGNED, Partial<OpenedPrompt>]>([
    ["promptHash", { promptSalt: salt("5b") }],
    ["promptHash", { messages: [{ role: "system", content: "Tell me of cats." }] }],
    ["paramsHash", { sampling: { ...PROMPT.sampling, seed: 8 } }],
    ["paramsHash", { weightsHash: salt("5b") }],
    ["paramsHash", { profileHash: salt("5b") }],
    ["paramsHash", { offerHash: salt("5b") }],
  ])("does not have the signed %s with %j", (hash, change) => {
    expect(promptProblem(SIGNED, { ...PROMPT, ...change })).toMatch(new RegExp(`^${hash} `));
  });
});
