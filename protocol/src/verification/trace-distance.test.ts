import { describe, expect, it } from "vitest";
import type { ScoredPlace, WrittenLeaf } from "./scored-place.ts";
import { compareTrace, greedyGap, MOST_DISTANCE } from "./trace-distance.ts";

const IDS = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
/** What a reference says: ten tokens, each a hundred thousandths less likely than the one before. */
const place: ScoredPlace = new Map(IDS.map((id, at) => [id, -100 * (at + 1)]));
/** An executor that writes the likeliest, and is off by `off` at each token. */
const leaf = (index: number, off: (at: number) => number = () => 0, token = 5): WrittenLeaf => {
  const likeliest = IDS.map((id, at) => ({ token: id, logprob: -100 * (at + 1) + off(at) }));
  return { index, token, logprob: likeliest.find((one) => one.token === token)?.logprob ?? -5000, likeliest };
};
const compare = (leaves: readonly WrittenLeaf[]) =>
  compareTrace(
    leaves,
    leaves.map(() => place),
    [...leaves.keys()],
  );

describe("how far a trace lies from the reference", () => {
  it("is nothing for the same figures, and the median for others", () => {
    expect(compare([leaf(0), leaf(1)])).toEqual({ distance: 0, leadShift: 0 });
    expect(compare([leaf(0, () => 30), leaf(1)]).distance).toBe(15);
    // Two far tokens move the median nowhere, wherever they are.
    for (const first of [0, 4, 8])
      expect(compare([leaf(0, (at) => (at === first || at === first + 1 ? 900 : 0))]).distance).toBe(0);
  });

  it("tells by how much the lead moved", () => {
    expect(compare([leaf(0, (at) => (at === 1 ? 40 : 0))]).leadShift).toBe(40);
    // Who does not tell the second one is told by the distance.
    for (const [from, to] of [
      [0, 1],
      [1, 2],
    ]) {
      const short = { ...leaf(0), likeliest: leaf(0).likeliest.slice(from, to) };
      expect(compare([short])).toEqual({ distance: 0, leadShift: 0 });
    }
    expect(compare([leaf(0, (at) => (at === 1 ? -30_000 : 0))]).leadShift).toBe(MOST_DISTANCE);
  });

  it("counts no place more than the most, and a leaf that tells nothing as that", () => {
    expect(compare([leaf(0, () => -30_000)]).distance).toBe(MOST_DISTANCE);
    expect(compare([{ ...leaf(0), likeliest: [] }]).distance).toBe(MOST_DISTANCE);
    expect(compareTrace([], [], [])).toEqual({ distance: 0, leadShift: 0 });
  });

  it("counts nothing where one of the two has no such place", () => {
    const far = [leaf(0, () => 30), leaf(1, () => 30)];
    expect(compareTrace(far, [place], [0, 1])).toEqual({ distance: 15, leadShift: 0 });
    expect(compareTrace(far.slice(0, 1), [place, place], [0, 1])).toEqual({ distance: 15, leadShift: 0 });
  });

  it("takes a token that the reference does not tell for one as likely as its last", () => {
    const strange = { ...leaf(0), likeliest: [{ token: 99, logprob: -1700 }] };
    expect(compare([strange]).distance).toBe(700);
  });
});

describe("text at temperature 0", () => {
  it("has no gap where the likeliest was written, and the gap of the worst token else", () => {
    expect(greedyGap([5, 5], [place, place])).toBe(0);
    expect(greedyGap([5, 7, 6], [place, place, place])).toBe(200);
    expect(greedyGap([99], [place])).toBe(900);
    expect(greedyGap([6], [new Map([...place, [6, -30_000]])])).toBe(MOST_DISTANCE);
    expect(greedyGap([], [])).toBe(0);
  });
});
