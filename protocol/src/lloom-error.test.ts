import { describe, expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import { asLloomError, LloomError } from "./lloom-error.ts";

describe("LloomError", () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])("has the next step of %s, and whether it may pass", (code) => {
    const { next, retryable } = ERROR_CODES[code];
    expect(new LloomError(code, "It failed.")).toMatchObject({ code, next, retryable, message: "It failed." });
  });

  it("takes a next step that fits better, values and a cause", () => {
    const cause = new TypeError("underneath");
    const error = new LloomError("INTERNAL", "It failed.", { cause, next: "Do this.", details: { at: 1 } });
    expect(error).toMatchObject({ cause, next: "Do this.", details: { at: 1 } });
    const bare = new LloomError("INTERNAL", "It failed.");
    expect([bare.name, "cause" in bare, bare.details, bare instanceof Error]).toEqual(["LloomError", false, {}, true]);
  });

  it.each([
    ["no stop", "no stop."],
    ["a stop.", "a stop."],
    ['quoted "stop."', 'quoted "stop."'],
    ["(with brackets.)", "(with brackets.)"],
    ["brackets (within)", "brackets (within)."],
    ["a question?", "a question?"],
    ["a cry!", "a cry!"],
    ["a list:", "a list:"],
    ["a stop. And more", "a stop. And more."],
    ["", ""],
  ])("ends %j as a sentence", (message, sentence) => {
    expect(new LloomError("INTERNAL", message).message).toBe(sentence);
  });
});

describe("asLloomError", () => {
  it("leaves one as it is, and gives the fallback's code to everything else", () => {
    const known = new LloomError("QUEUE_FULL", "Full.");
    expect(asLloomError(known, "INTERNAL")).toBe(known);
    const thrown = new RangeError("out of range");
    expect(asLloomError(thrown, "BACKEND_FAILED")).toMatchObject({ code: "BACKEND_FAILED", cause: thrown });
    expect(asLloomError("text").message).toBe("text.");
  });
});
