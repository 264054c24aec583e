import { describe, expect, it } from "vitest";
import {
  mostAnswerUnits,
  mostEmbeddingTokens,
  mostInboundTokens,
  mostOutboundTokens,
  statedTemplateTokens,
  usualEmbeddingTokens,
  usualInboundTokens,
  usualOutboundTokens,
} from "./token-bounds.ts";

describe("the most tokens that a text can count", () => {
  it("are the bytes of an answer, and four that leave none", () => {
    expect(mostOutboundTokens("", [])).toBe(4n);
    expect(mostOutboundTokens("hi", [])).toBe(6n);
    expect(mostOutboundTokens("schön 🧶", [])).toBe(15n);
  });

  it("hold a stop string, which was written and cut off", () => {
    expect(mostOutboundTokens("hi", ["\n", "<|end|>"])).toBe(13n);
  });

  it("are the bytes of a prompt, and what a template may add", () => {
    expect(mostInboundTokens([{ content: "schön" }])).toBe(6n + 144n);
    expect(mostInboundTokens([{ content: "a" }, { content: "" }])).toBe(1n + 160n);
    expect(mostInboundTokens([{ role: "user", content: "a" }])).toBe(1n + 144n);
    expect(mostInboundTokens([{ role: "tools", content: "a" }])).toBe(1n + 144n + 256n);
    expect(mostInboundTokens([{ role: "tool", content: "a" }])).toBe(1n + 144n + 48n);
  });
});

it("the longest text of a count has 256 units for each token, and 64 Ki", () => {
  expect([0, 1, 100].map(mostAnswerUnits)).toEqual([65_536, 65_792, 91_136]);
});

describe("the tokens that a text usually has", () => {
  it("are a quarter of its bytes, and 16 for each message", () => {
    expect(usualInboundTokens([{ content: "Hello" }])).toBe(2n + 16n);
    expect(usualInboundTokens([{ content: "schön" }, { content: "" }])).toBe(2n + 32n);
    expect([usualOutboundTokens(""), usualOutboundTokens("hi"), usualOutboundTokens("Hello")]).toEqual([0n, 1n, 2n]);
  });
});

describe("the tokens of texts to embed", () => {
  it("are their bytes at most, and eight for each; a quarter and two as usual", () => {
    const texts = [{ content: "schön" }, { content: "" }, { content: "abc" }];
    expect(mostEmbeddingTokens(texts)).toBe(33n);
    expect(usualEmbeddingTokens(texts)).toBe(9n);
    expect([mostEmbeddingTokens([]), usualEmbeddingTokens([])]).toEqual([0n, 0n]);
  });
});

describe("the tokens that must be the template's", () => {
  it("are those that not even a token for every byte explains", () => {
    const ofHello = (inboundTokens: bigint) =>
      statedTemplateTokens({ inboundTokens, maxInboundTokens: mostInboundTokens([{ content: "Hello" }]) });
    expect([3n, 5n, 9n, 149n].map(ofHello)).toEqual([0n, 0n, 4n, 144n]);
  });
});
