import { describe, expect, it } from "vitest";
import type { LloomQuestion } from "./public-types.ts";
import { questionOf } from "./question-of.ts";

const asked = (change: Partial<LloomQuestion> = {}) => questionOf({ model: "m", messages: "Hello", ...change });
const invalid = (message: RegExp) =>
  expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(message) });

describe("a program's question", () => {
  it("asks for what everybody gets where it says nothing", () => {
    expect(asked()).toMatchObject({
      messages: [{ role: "user", content: "Hello" }],
      sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
      maxOutboundTokens: 256,
    });
    // A field that is there and undefined has no word on the wire.
    expect(Object.values(asked().sampling)).not.toContain(undefined);
  });

  it("says how the answer is drawn, where it ends and what form it has", () => {
    const schema = { type: "object", properties: { moons: { type: "integer" } } };
    const drawn = { temperature: 0.7, topP: 0.25, topK: 5, seed: 7, stop: "END", maxTokens: 3, format: schema };
    expect(asked(drawn)).toMatchObject({
      sampling: {
        ...{ temperatureMilli: 700, topPMilli: 250, topK: 5, seed: 7, stop: ["END"] },
        ...{ responseFormat: "json", jsonSchema: JSON.stringify(schema) },
      },
      maxOutboundTokens: 3,
    });
  });

  it("says whom it may be asked of", () => {
    const executor = `0x${"e1".repeat(20)}` as const;
    expect(asked({ choose: { executor, sort: "price", minStake: 5n, outboundPrice: 9n } })).toMatchObject({
      ...{ executor, preference: { sort: "price" }, demands: { minStake: 5n }, maxPrice: { outbound: 9n } },
    });
  });

  it.each([
    [{ temperature: 2.1 }, /^temperature must be a number from 0 to 2; it is 2\.1/],
    [{ topK: 1.5 }, /^topK must be a whole number/],
    [{ seed: Number.NaN }, /^seed must be a whole number/],
    [{ maxTokens: 0 }, /^maxTokens must be/],
  ])("is refused by name: %o", (change, message) => {
    expect(() => asked(change)).toThrow(invalid(message));
  });
});
