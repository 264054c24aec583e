import { describe, expect, it } from "vitest";
import { AnswerText } from "./answer-text.ts";

describe("text of an answer", () => {
  it("passes whole characters on as they come", () => {
    const text = new AnswerText();
    expect([text.add("He"), text.add("llo"), text.flush()]).toEqual([["He"], ["llo"], []]);
    expect(text.text).toBe("Hello");
  });

  it("holds half a surrogate pair until its other half comes", () => {
    const text = new AnswerText();
    const [high, low] = ["\ud83e", "\uddf5"];
    expect(text.add(`a${high}`)).toEqual(["a"]);
    expect(text.add(low)).toEqual(["🧵"]);
  });

  it("replaces a half that never gets its other half", () => {
    const text = new AnswerText();
    text.add("a\ud83e");
    expect(text.flush()).toEqual(["\ufffd"]);
    expect(text.text).toBe("a\ufffd");
  });

  it("cuts long text into pieces whose bytes are those of the whole", () => {
    const text = new AnswerText();
    const long = `x${"🧵".repeat(40_000)}`;
    const pieces = [...text.add(long), ...text.flush()];
    expect(pieces.length).toBeGreaterThan(4);
    expect(Buffer.concat(pieces.map((piece) => Buffer.from(piece)))).toEqual(Buffer.from(long));
    expect(text.text).toBe(long);
  });
});
