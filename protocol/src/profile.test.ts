import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { ZERO_HASH } from "./commitment-types.ts";
import { hashProfile, namesTokensById, parseProfile, profileText, promisedBy } from "./profile.ts";

const PROFILE = { backend: "llama.cpp", maxContext: 512, evidence: "trace", vocabulary: ZERO_HASH } as const;

describe("a profile", () => {
  it("comes back from its text, without the fields that only a newer reader knows", () => {
    expect(parseProfile(profileText(PROFILE))).toEqual(PROFILE);
    expect(parseProfile(profileText({ ...PROFILE, zeal: 9 } as typeof PROFILE))).toEqual(PROFILE);
  });

  it("names what its backend can do, 64 features at most", () => {
    const named = (count: number) => ({
      ...PROFILE,
      features: Array.from({ length: count }, (_, index) => `f${index}`),
    });
    for (const count of [0, 2, 64]) expect(parseProfile(profileText(named(count)))).toEqual(named(count));
    expect(parseProfile(profileText(named(65)))).toBeUndefined();
  });

  it.each([["text"], [5], [[ZERO_HASH]], [`${ZERO_HASH}0`], [`0${ZERO_HASH}`], [`0x${"A".repeat(64)}`]])(
    "is none whose vocabulary is %j",
    (vocabulary) => {
      expect(parseProfile(canonicalJson({ ...PROFILE, vocabulary }))).toBeUndefined();
    },
  );

  it("has another hash for every setting, and zero where there is none", () => {
    const texts = [PROFILE, { ...PROFILE, maxContext: 513 }, { ...PROFILE, evidence: "text" as const }].map(
      profileText,
    );
    expect(new Set(texts.map(hashProfile)).size).toBe(3);
    expect(hashProfile(undefined)).toBe(ZERO_HASH);
  });

  it("promises tokens by their ids where llama.cpp traces, and nowhere else", () => {
    expect(namesTokensById(PROFILE)).toBe(true);
    for (const other of [{ backend: "openai" }, { evidence: "text" as const }])
      expect(namesTokensById({ ...PROFILE, ...other }), JSON.stringify(other)).toBe(false);
  });

  it("promises what it says, and nothing but text where it cannot be read", () => {
    expect(promisedBy({ profile: profileText(PROFILE) })).toMatchObject({ evidence: "trace", vocabulary: ZERO_HASH });
    for (const profile of [undefined, "", "{}", ` ${profileText(PROFILE)}`])
      expect(promisedBy({ profile })).toEqual({ evidence: "text" });
  });
});
