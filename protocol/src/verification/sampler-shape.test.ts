import { describe, expect, it } from "vitest";
import { asShaped, isForced, isMeasuredApart, type Shaping } from "./sampler-shape.ts";
import type { ScoredPlace } from "./scored-place.ts";

const plain: Shaping = { temperatureMilli: 0, responseFormat: "text" };
const place: ScoredPlace = new Map([
  [1, -100],
  [2, -200],
  [3, -300],
]);
const places = [place, place, place];
const tokens = [2, 2, 1];
const shaped = (changed: Partial<Shaping>, text = { tokens, places }, how?: { readonly withWritten: boolean }) =>
  asShaped(text, { ...plain, ...changed }, how).map((one) => [...one]);
const same = [...place];

describe("what a sampler does to scores", () => {
  it("is nothing where nothing shapes them", () => {
    expect(asShaped({ tokens, places }, plain)).toBe(places);
    expect(asShaped({ tokens, places }, { ...plain, presencePenaltyMilli: 0, frequencyPenaltyMilli: 0 })).toBe(places);
  });

  it("is a bias at every place, after which another token may be the likeliest", () => {
    const biased = [
      [3, -50],
      [1, -100],
      [2, -200],
    ];
    expect(shaped({ logitBias: [[3, 250]] })).toEqual([biased, biased, biased]);
  });

  it("is one presence penalty for what was written before, however often", () => {
    const once = [
      [1, -100],
      [2, -250],
      [3, -300],
    ];
    expect(shaped({ presencePenaltyMilli: 50 })).toEqual([same, once, once]);
  });

  it("is a frequency penalty for each time that it was written before", () => {
    const after = (times: number) => [
      [1, -100],
      [2, -200 - 40 * times],
      [3, -300],
    ];
    expect(shaped({ frequencyPenaltyMilli: 40 })).toEqual([same, after(1), after(2)]);
  });

  it("takes all of them together", () => {
    expect(shaped({ presencePenaltyMilli: 5, frequencyPenaltyMilli: 40, logitBias: [[2, 1_000]] })[2]).toEqual([
      [2, 715],
      [1, -100],
      [3, -300],
    ]);
  });
});

describe("a written token that is not among the likeliest", () => {
  const text = { tokens: [9, 9], places };

  it("comes in as likely as the last of them, less its own penalty, if that is asked for", () => {
    const shapedText = shaped({ frequencyPenaltyMilli: 40 }, text, { withWritten: true });
    expect(shapedText).toEqual([[...same, [9, -300]], [...same, [9, -340]], same]);
  });

  it("stays out otherwise", () => {
    expect(shaped({ frequencyPenaltyMilli: 40 }, text)).toEqual([same, same, same]);
  });

  it("is not one that is among them", () => {
    const [first] = shaped({ frequencyPenaltyMilli: 40 }, { tokens: [3], places }, { withWritten: true });
    expect(first).toEqual(same);
  });
});

describe("answers whose scores do not tell how they were drawn", () => {
  it("are those of a grammar, and of a penalty that divides logits", () => {
    const kinds: [Partial<Shaping>, boolean, boolean][] = [
      [{}, false, false],
      [{ logitBias: [[1, 5]], presencePenaltyMilli: 5, frequencyPenaltyMilli: 5 }, false, false],
      [{ repeatPenaltyMilli: 1_100 }, false, true],
      [{ responseFormat: "json" }, true, true],
      [{ toolUse: { choice: "auto", most: 1 } }, true, true],
    ];
    for (const [changed, forced, apart] of kinds) {
      expect([isForced({ ...plain, ...changed }), isMeasuredApart({ ...plain, ...changed })]).toEqual([forced, apart]);
    }
  });
});
