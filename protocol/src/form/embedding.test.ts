import { describe, expect, it } from "vitest";
import { type ChatMessage, samplingSchema } from "../messages.ts";
import { mostEmbeddingTokens, usualEmbeddingTokens } from "../token-bounds.ts";
import { formProblem, readForm } from "./answer-form.ts";
import { EMBEDDING_LIMITS } from "./answer-settings.ts";
import {
  embeddedTexts,
  embeddingOutbound,
  embeddingSampling,
  isEmbedding,
  MOST_EMBEDDING_OUTBOUND,
} from "./embedding.ts";
import { vectorLine } from "./vectors.ts";

const text = (content: string): ChatMessage => ({ role: "user", content });
const TWO = [text("a"), text("b")];
const [X = "", Y = ""] = [vectorLine([1, 0]), vectorLine([0, 1])];

describe("a request for vectors", () => {
  it("samples nothing, and says how many numbers only where that is asked", () => {
    expect(embeddingSampling()).toMatchObject({ temperatureMilli: 0, embedding: {} });
    expect(embeddingSampling().embedding).toStrictEqual({});
    expect(embeddingSampling(64).embedding).toEqual({ dimensions: 64 });
    expect(samplingSchema.safeParse(embeddingSampling(64)).success).toBe(true);
    expect([isEmbedding(embeddingSampling()), isEmbedding({})]).toEqual([true, false]);
  });

  it.each<[string, object]>([
    ["a temperature", { temperatureMilli: 1 }],
    ["a share of the likeliest", { topPMilli: 999 }],
    ["a number of the likeliest", { topK: 1 }],
    ["a seed", { seed: 0 }],
    ["stop strings", { stop: ["."] }],
    ["JSON", { responseFormat: "json" }],
    ["a penalty", { presencePenaltyMilli: 1 }],
    ["functions", { toolUse: { choice: "auto", most: 1 } }],
    ["no dimensions", { embedding: { dimensions: 0 } }],
    ["too many of them", { embedding: { dimensions: EMBEDDING_LIMITS.dimensions + 1 } }],
  ])("goes with none of %s", (_, changes) => {
    expect(samplingSchema.safeParse({ ...embeddingSampling(), ...changes }).success).toBe(false);
  });

  it.each<[string, ChatMessage[]]>([
    ["another role", [{ role: "system", content: "a" }]],
    ["no text", [text("a"), text("")]],
    ["too many", Array(EMBEDDING_LIMITS.texts + 1).fill(text("a"))],
  ])("has texts, and not %s", (_, messages) => {
    expect(() => readForm(embeddingSampling(), messages)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
    expect(readForm(embeddingSampling(), Array(EMBEDDING_LIMITS.texts).fill(text("a")))).toEqual({});
  });
});

describe("its answer", () => {
  const problemOf = (answer: string, isWhole: boolean, dimensions?: number) =>
    formProblem({ text: answer, isWhole, sampling: embeddingSampling(dimensions), messages: TWO });

  it("has a vector for each text, and fewer where it was cut off", () => {
    expect(problemOf(X + Y, true)).toBeUndefined();
    expect(problemOf(X, false)).toBeUndefined();
    expect(problemOf("", false)).toBeUndefined();
    expect(problemOf(X, true)).toBe("The answer has 1 vectors of 2 texts.");
    expect(problemOf(X + Y + X, true)).toBe("The answer has 3 vectors of 2 texts.");
    expect(problemOf(X + Y, false)).toBe("The answer has 2 vectors of 2 texts.");
    expect(problemOf("Hello!", false)).toBe("The answer ends inside a vector.");
  });

  it("has as many numbers as were asked for", () => {
    expect(problemOf(X + Y, true, 2)).toBeUndefined();
    expect(problemOf(X + Y, true, 3)).toBe("The vectors have 2 numbers in place of 3.");
    expect(problemOf("", false, 3)).toBeUndefined();
  });

  it("counts by its vectors and its bytes", () => {
    expect([embeddedTexts(""), embeddedTexts(X), embeddedTexts(X + Y)]).toEqual([0, 1, 2]);
    expect([embeddingOutbound(""), embeddingOutbound("12345678"), embeddingOutbound("123456789")]).toEqual([0, 1, 2]);
    expect(MOST_EMBEDDING_OUTBOUND).toBe(EMBEDDING_LIMITS.answerBytes / 8);
  });

  it("cannot count more tokens than its texts have bytes, but for a few marks", () => {
    expect(mostEmbeddingTokens(TWO)).toBe(18n);
    expect(usualEmbeddingTokens([text("12345")])).toBe(4n);
  });
});
