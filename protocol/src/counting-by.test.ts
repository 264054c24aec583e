import { describe, expect, it } from "vitest";
import { type Hex, ZERO_HASH } from "./commitment-types.ts";
import { countingBy } from "./counting-by.ts";
import { hashProfile, profileText } from "./profile.ts";

const MADE: Hex = `0x${"aa".repeat(32)}`;
const OTHER: Hex = `0x${"bb".repeat(32)}`;
/** A profile that names a vocabulary, or none. */
const profile = (vocabulary?: Hex) => {
  const text = profileText({
    ...{ backend: "llama.cpp", maxContext: 64, evidence: "text" },
    ...(vocabulary === undefined ? {} : { vocabulary }),
  });
  return { profile: text, profileHash: hashProfile(text) };
};

describe("an answer is counted", () => {
  it("by the weights, and may be cleared, where the profile names what they make, or nothing", () => {
    expect(countingBy({ made: MADE, ...profile(MADE) })).toEqual({ by: "weights", canClear: true });
    expect(countingBy({ made: MADE, ...profile() })).toEqual({ by: "weights", canClear: true });
    const none = { profileHash: ZERO_HASH, profile: undefined };
    expect(countingBy({ made: MADE, ...none })).toEqual({ by: "weights", canClear: true });
  });

  it("by the weights, and cleared by nobody, while it is not known what was named", () => {
    const unknown = { by: "weights", canClear: false };
    expect(countingBy({ made: MADE, ...profile(OTHER), profile: undefined })).toEqual(unknown);
    const unreadable = { profile: "{}", profileHash: hashProfile("{}") };
    expect(countingBy({ made: MADE, ...unreadable })).toEqual(unknown);
  });

  it("by nothing where the weights make another vocabulary than was named", () => {
    expect(countingBy({ made: MADE, ...profile(OTHER) })).toEqual({ by: "misnamed" });
  });

  it("by what was named where the weights are not here, and not at all without a name", () => {
    expect(countingBy({ made: undefined, ...profile(OTHER) })).toEqual({ by: "named", vocabulary: OTHER });
    expect(countingBy({ made: undefined, ...profile() })).toEqual({ by: "nothing" });
    expect(countingBy({ made: undefined, ...profile(OTHER), profile: undefined })).toEqual({ by: "nothing" });
  });
});
