import { describe, expect, it } from "vitest";
import { type Seeded, seeded } from "../../test/seeded.ts";
import { EMBEDDING_LIMITS } from "./answer-settings.ts";
import { cosine, readVectors, vectorLine } from "./vectors.ts";

/** Numbers of every size, some of them zero. */
const numbers = (random: Seeded, length = 1 + random.below(40)): number[] =>
  Array.from({ length }, () =>
    random.below(6) === 0 ? 0 : (random.below(2_000_001) - 1_000_000) * 10 ** (random.below(60) - 30),
  );

/** The line of float32 numbers as they are, right or wrong. */
const lineOf = (values: readonly number[]): string =>
  `${Buffer.from(Float32Array.from(values).buffer).toString("base64")}\n`;

const vectorsOf = (text: string): readonly Float32Array[] => {
  const vectors = readVectors(text);
  if (typeof vectors === "string") throw new Error(vectors);
  return vectors;
};

describe("a vector's line", () => {
  it("is read as numbers that point where the given ones do, with length 1, and is the one line of these", () => {
    const random = seeded(21);
    for (let run = 0; run < 300; run++) {
      const given = numbers(random);
      const line = vectorLine(given);
      if (given.every((value) => value === 0)) {
        expect(line).toBeUndefined();
        continue;
      }
      const [vector = new Float32Array()] = vectorsOf(line ?? "");
      const norm = Math.hypot(...given);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      for (const [place, value] of given.entries()) expect(vector[place]).toBeCloseTo(value / norm, 5);
      expect(vectorLine(vector)?.length).toBe(line?.length);
      expect(lineOf([...vector])).toBe(line);
    }
  });

  it.each<[string, readonly number[]]>([
    ["no number", []],
    ["zeros", [0, 0, -0]],
    ["a number that is none", [1, Number.NaN]],
    ["an infinite one", [1, Number.NEGATIVE_INFINITY]],
    ["too many", Array(EMBEDDING_LIMITS.dimensions + 1).fill(1)],
  ])("there is none of %s", (_, values) => {
    expect(vectorLine(values)).toBeUndefined();
  });

  it("is made of numbers whose squares are no numbers any more, and of the most that there may be", () => {
    expect(vectorsOf(vectorLine([1e308, 1e308]) ?? "")[0]?.[0]).toBeCloseTo(Math.SQRT1_2, 6);
    const longest = vectorLine(Array(EMBEDDING_LIMITS.dimensions).fill(-1)) ?? "";
    expect(longest).toHaveLength(EMBEDDING_LIMITS.lineBytes);
    expect(vectorsOf(longest.repeat(EMBEDDING_LIMITS.texts))).toHaveLength(EMBEDDING_LIMITS.texts);
    expect(longest.length * EMBEDDING_LIMITS.texts).toBe(EMBEDDING_LIMITS.answerBytes);
  });
});

describe("what an executor may send in place of vectors", () => {
  const RIGHT = vectorLine([0.6, 0.8]) ?? "";

  it.each<[string, string, string]>([
    ["a NaN", lineOf([1, Number.NaN]), "Vector 0 has a number that is not finite."],
    ["an infinite number", RIGHT + lineOf([Number.POSITIVE_INFINITY, 0]), "Vector 1 has a number that is not finite."],
    ["a negative zero", lineOf([1, -0]), "Vector 0 has a negative zero."],
    ["zeros", lineOf([0, 0]), "Vector 0 does not have the length 1."],
    ["a long vector", lineOf([3, 4]), "Vector 0 does not have the length 1."],
    ["a short one", lineOf([0.5, 0.5]), "Vector 0 does not have the length 1."],
    ["one of another length", RIGHT + lineOf([1]), "The answer has vectors of different lengths."],
    [
      "half of a number",
      `${Buffer.from([0, 0, 128, 63, 0]).toString("base64")}\n`,
      "Vector 0 is not of whole numbers.",
    ],
    ["no number", "\n", "Vector 0 is not base64 in its one form."],
    ["text", "Hello!\n", "Vector 0 is not base64 in its one form."],
    ["bits that say nothing", "AACAPx==\n", "Vector 0 is not base64 in its one form."],
    ["base64 of another alphabet", `${RIGHT.trim().replace(/.$/, "-")}\n`, "Vector 0 is not base64 in its one form."],
    [
      "base64 without padding",
      `${Buffer.from(new Uint8Array(4)).toString("base64url")}\n`,
      "Vector 0 is not base64 in its one form.",
    ],
    ["a line that does not end", RIGHT.trim(), "The answer ends inside a vector."],
    ["a line too many", RIGHT.repeat(EMBEDDING_LIMITS.texts + 1), "The answer has 17 vectors."],
    ["a byte too many", "A".repeat(EMBEDDING_LIMITS.lineBytes).concat("\n"), "Vector 0 has more than 8192 numbers."],
    ["a number too many", `${"A".repeat(EMBEDDING_LIMITS.lineBytes + 3)}\n`, "Vector 0 has more than 8192 numbers."],
  ])("%s is refused", (_, text, problem) => {
    expect(readVectors(text)).toBe(problem);
  });

  it("is never taken where a bit of it was changed, but for vectors that are as right, of the same text", () => {
    const random = seeded(22);
    for (let run = 0; run < 300; run++) {
      const given = numbers(random);
      given[0] = 1e40;
      const bytes = Buffer.from(vectorLine(given) ?? "");
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      const text = bytes.toString("latin1");
      const read = readVectors(text);
      if (typeof read === "string") continue;
      expect(read.map((vector) => lineOf([...vector])).join("")).toBe(text);
      for (const vector of read) expect(Math.abs(Math.hypot(...vector) - 1)).toBeLessThan(1e-4);
    }
  });

  it("may be nothing at all: whether that is enough, the question tells", () => {
    expect(readVectors("")).toEqual([]);
  });
});

describe("the cosine of two vectors", () => {
  it("is 1 of the same, 0 of a right angle, and -1 where nothing can be compared", () => {
    const [a, b] = [Float32Array.of(0.6, 0.8), Float32Array.of(-0.8, 0.6)];
    expect(cosine(a, a)).toBeCloseTo(1, 6);
    expect(cosine(a, b)).toBeCloseTo(0, 6);
    expect(cosine(a, Float32Array.of(1))).toBe(-1);
  });
});
