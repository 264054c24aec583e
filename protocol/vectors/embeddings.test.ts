import { describe, expect, it } from "vitest";
import { embeddingVectors } from "./embeddings.ts";

describe("embeddings.json", () => {
  it("has a line for all numbers that point somewhere, as Node's own base64 has it", () => {
    for (const { values, line } of embeddingVectors().lines) {
      const bytes = Buffer.from(line ?? "", "base64");
      const read = Array.from({ length: bytes.length / 4 }, (_, place) => bytes.readFloatLE(4 * place));
      const scale = Math.max(...values.map(Math.abs));
      const norm = Math.hypot(...values.map((value) => value / scale));
      expect(read).toHaveLength(values.length);
      for (const [place, value] of values.entries()) expect(read[place]).toBeCloseTo(value / scale / norm, 6);
    }
  });

  it("has a problem for everything that is wrong", () => {
    for (const { why, problem } of embeddingVectors().wrong) expect(problem, why).not.toBeNull();
  });
});
