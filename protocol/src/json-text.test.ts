import { describe, expect, it } from "vitest";
import { jsonText } from "./json-text.ts";

describe("jsonText", () => {
  it("writes integers of any size as decimal text, and leaves everything else as JSON has it", () => {
    expect(jsonText({ amount: 2n ** 96n, list: [1n, 2], text: "3", nothing: null })).toBe(
      `{"amount":"${2n ** 96n}","list":["1",2],"text":"3","nothing":null}`,
    );
  });

  it("indents where that is asked for", () => {
    expect(jsonText({ a: 1n }, 2)).toBe('{\n  "a": "1"\n}');
  });
});
