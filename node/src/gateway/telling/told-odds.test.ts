import { describe, expect, it } from "vitest";
import type { ToldToken } from "../../client/question.ts";
import { nats, oddsOfText, textOfBytes } from "./told-odds.ts";

const token = (text: string, isText = true): ToldToken => ({
  ...{ bytes: [...Buffer.from(text)], logprob: -250, isText },
  likeliest: [],
});
const textOf = (tokens: readonly ToldToken[]): string[] => tokens.map(({ bytes }) => textOfBytes(bytes));

describe("the tokens of a text", () => {
  it("are those that it is made of, without what ends it or was cut off at a stop string", () => {
    const tokens = [token("One"), token("<|im_end|>", false)];
    expect(textOf(oddsOfText("One", tokens))).toEqual(["One"]);
    expect(textOf(oddsOfText("One, t", [token("One"), token(","), token(" two"), token(" three")]))).toEqual([
      ...["One", ",", " two"],
    ]);
  });

  it("have a first one with a space that the text lacks, of some tokenizers", () => {
    expect(textOf(oddsOfText("a b", [token(" a"), token(" b"), token(" c")]))).toEqual([" a", " b"]);
  });

  it("may be parts of a letter, of which all count", () => {
    const [first, last] = [Buffer.from("ä").subarray(0, 1), Buffer.from("ä").subarray(1)];
    const parts = [first, last].map((bytes): ToldToken => ({ ...token(""), bytes: [...bytes] }));
    expect(oddsOfText("ä", [...parts, token("b")])).toEqual(parts);
    expect(textOfBytes([...first])).toBe("\uFFFD");
    expect(nats(-250)).toBe(-0.25);
  });
});
