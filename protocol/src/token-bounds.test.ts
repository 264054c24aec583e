import { describe, expect, it } from "vitest";
import { mostInboundTokens, mostOutboundTokens } from "./token-bounds.ts";

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
  });
});
