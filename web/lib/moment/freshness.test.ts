import { describe, expect, it } from "vitest";
import { freshnessOf, freshnessWords } from "./freshness.ts";
import type { Head } from "./head.ts";

const HEAD: Head = { block: 53, timestamp: 1_893_456_000, chain: "current", lagSeconds: 0, headAgeSeconds: 4 };
const wordsOf = (changes: Partial<Head>) => freshnessWords(freshnessOf({ ...HEAD, ...changes }));

describe("freshness in words", () => {
  it("is well only while the chain moves and the index is close behind it", () => {
    expect(wordsOf({})).toEqual({ tone: "well", short: "Block 53, 4 s old", warning: undefined });
    expect(wordsOf({ chain: "behind", lagSeconds: 12, headAgeSeconds: 1 }).short).toBe("Block 53, 13 s old");
    expect(wordsOf({ headAgeSeconds: -3 })).toMatchObject({ tone: "well", short: "Block 53, 0 s old" });
  });

  it.each([
    [{ headAgeSeconds: 360 }, "doubtful", "no new block for 6 min", /made no block for 6 min.*block 53/],
    [{ headAgeSeconds: 3 * 86_400 }, "doubtful", "no new block for 3 d", /no block for 3 d/],
    [{ headAgeSeconds: -7_200 }, "doubtful", "clock 2 h ahead", /clock is 2 h ahead/],
    [{ chain: "behind", lagSeconds: 120 }, "doubtful", "2 min behind", /2 min behind the chain/],
    [{ chain: "unreachable", lagSeconds: null, headAgeSeconds: null }, "bad", "chain silent", /cannot be reached/],
    [{ chain: "replaced" }, "bad", "of an earlier chain", /replaced/],
  ] as const)("warns of %j", (changes, tone, short, warning) => {
    expect(wordsOf(changes)).toEqual({
      tone,
      short: `Block 53, ${short}`,
      warning: expect.stringMatching(warning),
    });
  });

  it("tells the index's silence from its start and from a lost connection", () => {
    const texts = [freshnessOf("silent"), freshnessOf(undefined), { state: "offline" } as const].map(
      (state) => freshnessWords(state).short,
    );
    expect(texts).toEqual(["Index silent", "Index starting", "Connection lost"]);
  });
});
