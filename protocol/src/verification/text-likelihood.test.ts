import { describe, expect, it } from "vitest";
import type { ScoredPlace } from "./scored-place.ts";
import { flatterLikelihood } from "./text-likelihood.ts";

/** Logits of 64 tokens, here and there. */
const placeOf = (seed: number): ScoredPlace => {
  const logits = Array.from({ length: 64 }, (_, token) => 4 * Math.sin(seed * 7.3 + token * token) - token / 12);
  const sum = Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
  const odds = logits.map((logit, token): [number, number] => [token, 1000 * (logit - sum)]);
  return new Map(odds.sort((a, b) => b[1] - a[1]));
};
const places = Array.from({ length: 30 }, (_, seed) => placeOf(seed));
const one = (place: ScoredPlace, token: number, temperatureMilli: number): number =>
  flatterLikelihood({ tokens: [token], places: [place], temperatureMilli, slack: 0 });
/** Shares of the tokens at a temperature, cut to the likeliest `most`. */
const shares = (place: ScoredPlace, temperatureMilli: number, most = 64): [number, number][] => {
  const kept = [...place]
    .slice(0, most)
    .map(([token, odds]): [number, number] => [token, Math.exp(odds / temperatureMilli)]);
  const sum = kept.reduce((total, [, share]) => total + share, 0);
  return kept.map(([token, share]) => [token, share / sum]);
};
/** A drawn text, by a power of the reference's distribution. */
const drawn = (power: number, start: number): number[] => {
  let state = start;
  return places.map((place) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let left = state / 2 ** 32;
    for (const [token, share] of shares(place, 1000 / power)) {
      left -= share;
      if (left < 0) return token;
    }
    return 0;
  });
};

describe("how likely a drawn text is", () => {
  it("has a mean of one over an honest node's draws, at any temperature", () => {
    for (const place of places.slice(0, 5))
      for (const temperatureMilli of [300, 700, 1000, 1500]) {
        const mean = shares(place, temperatureMilli).reduce(
          (sum, [token, share]) => sum + share * one(place, token, temperatureMilli),
          0,
        );
        expect(mean).toBeCloseTo(1, 9);
      }
  });

  it("has a mean of at most one where top-k or top-p cut what was drawn from", () => {
    for (const place of places.slice(0, 5))
      for (const most of [1, 5, 20]) {
        const mean = shares(place, 1000, most).reduce(
          (sum, [token, share]) => sum + share * one(place, token, 1000),
          0,
        );
        expect(mean).toBeLessThanOrEqual(1 + 1e-9);
      }
  });

  it("grows over a text that other weights drew, and falls over an honest one", () => {
    const nats = (power: number): number => {
      const all = Array.from({ length: 40 }, (_, start) =>
        Math.log(flatterLikelihood({ tokens: drawn(power, start), places, temperatureMilli: 1000, slack: 0 })),
      );
      return all.reduce((sum, value) => sum + value, 0) / all.length;
    };
    expect(nats(0.6)).toBeGreaterThan(1);
    expect(nats(1)).toBeLessThan(-0.5);
  });

  it("says nothing where nothing was drawn, and less with slack", () => {
    expect(flatterLikelihood({ tokens: [1], places, temperatureMilli: 0, slack: 0 })).toBe(1);
    const text = { tokens: drawn(0.6, 1), places, temperatureMilli: 1000 };
    expect(flatterLikelihood({ ...text, slack: 20 })).toBeCloseTo(
      flatterLikelihood({ ...text, slack: 0 }) * Math.exp(-0.6),
      6,
    );
    // A colder draw makes as much of a difference as it makes of the logits.
    const cold = { ...text, temperatureMilli: 500 };
    const share = flatterLikelihood({ ...cold, slack: 2 }) / flatterLikelihood({ ...cold, slack: 0 });
    expect(share).toBeCloseTo(Math.exp(-0.12), 9);
    expect(flatterLikelihood({ tokens: [3], places, temperatureMilli: 49, slack: 0 })).toBe(1);
    expect(flatterLikelihood({ tokens: [3], places, temperatureMilli: 50, slack: 0 })).not.toBe(1);
  });

  it("says nothing by a token that is not among the likeliest, so that a long tail lifts no honest node's mean", () => {
    const wide = Array.from({ length: 1000 }, (_, token): [number, number] => [token, -10 * token]);
    const [all, place] = [new Map(wide), new Map(wide.slice(0, 64))];
    for (const temperatureMilli of [1000, 2000]) {
      const mean = shares(all, temperatureMilli, wide.length).reduce(
        (sum, [token, share]) => sum + share * one(place, token, temperatureMilli),
        0,
      );
      expect(mean).toBeCloseTo(1, 9);
    }
  });
});
