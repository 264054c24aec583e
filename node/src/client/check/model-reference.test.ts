import { describe, expect, it } from "vitest";
import { parseModelReference } from "./model-reference.ts";

const HASH = "0123456789abcdef".repeat(4);

describe("a model's reference", () => {
  it("is a name, or a name with at least eight digits of the weights' hash", () => {
    expect(parseModelReference("llama3.2:3b")).toEqual({ model: "llama3.2:3b" });
    expect(parseModelReference("org/name@main")).toEqual({ model: "org/name@main" });
    expect(parseModelReference(`a:b@sha256:${HASH}`)).toEqual({ model: "a:b", weights: HASH });
    expect(parseModelReference("a@SHA256:ABCDEF01")).toEqual({ model: "a", weights: "abcdef01" });
  });

  it.each([
    "a@sha256:",
    "a@sha256:abcdef0",
    `a@sha256:${HASH}0`,
    "a@sha256:0xabcdef01",
    "a@sha256:abcdefgh",
    "@sha256:abcdef01",
  ])("is refused, with what would do, as %s", (text) =>
    expect(() => parseModelReference(text)).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", next: expect.stringContaining("NAME@sha256:DIGITS") }),
    ),
  );
});
