import { describe, expect, it } from "vitest";
import { hashParams, hashPrompt } from "./canonical.ts";
import { type Hex, ZERO_HASH } from "./commitment-types.ts";
import { lacksProfile, type OpenedPrompt, openedPromptSchema, promptProblem } from "./opened-prompt.ts";
import { hashProfile } from "./profile.ts";

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

  it("has the profile that was signed, or none", () => {
    const profile = '{"backend":"llama.cpp"}';
    const promised = { ...PROMPT, profileHash: hashProfile(profile) };
    const signed = { ...SIGNED, paramsHash: hashParams(promised) };
    expect(openedPromptSchema.parse({ ...promised, profile })).toEqual({ ...promised, profile });
    expect(promptProblem(signed, promised)).toBeUndefined();
    expect(promptProblem(signed, { ...promised, profile })).toBeUndefined();
    expect(promptProblem(signed, { ...promised, profile: `${profile} ` })).toMatch(/^profileHash /);
    expect(openedPromptSchema.safeParse({ ...promised, profile: "x".repeat(2049) }).success).toBe(false);
    expect(lacksProfile(promised)).toBe(true);
    expect(lacksProfile({ ...promised, profile })).toBe(false);
    expect(lacksProfile({ ...promised, profileHash: ZERO_HASH })).toBe(false);
  });
});
