import { describe, expect, it } from "vitest";
import type { Hex } from "../commitment-types.ts";
import { CHECKED, checkedPlaces } from "./checked-places.ts";
import type { ScoredPlace } from "./scored-place.ts";

const word = (byte: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`;
/** Leads of 1000, but where `leads` says another. */
const placesOf = (count: number, leads: Readonly<Record<number, number>> = {}): ScoredPlace[] =>
  Array.from(
    { length: count },
    (_, index) =>
      new Map([
        [1, -10],
        [2, -10 - (leads[index] ?? 1000)],
      ]),
  );

describe("which places are compared", () => {
  it("takes all of a short answer", () => {
    const most = CHECKED.drawn + CHECKED.closest;
    const drawn = checkedPlaces({ responseHash: word(1), secret: word(2), places: placesOf(most) });
    expect(drawn).toEqual(Array.from({ length: most }, (_, index) => index));
  });

  it("takes the closest of a long one, and draws the others, none twice", () => {
    const places = placesOf(200, { 7: 1, 70: 2, 150: 3, 199: 4 });
    for (let byte = 0; byte < 50; byte++) {
      const drawn = checkedPlaces({ responseHash: word(byte), secret: word(2), places });
      expect(drawn).toEqual(expect.arrayContaining([7, 70, 150, 199]));
      expect(new Set(drawn).size).toBe(CHECKED.drawn + CHECKED.closest);
      expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
      expect(drawn.every((index) => index >= 0 && index < 200)).toBe(true);
    }
  });

  it("draws by the response and by the secret, alike for everybody", () => {
    const draw = (response: number, secret: number): string =>
      String(checkedPlaces({ responseHash: word(response), secret: word(secret), places: placesOf(200) }));
    expect(draw(1, 2)).toBe(draw(1, 2));
    expect(draw(1, 2)).not.toBe(draw(1, 3));
    expect(draw(1, 2)).not.toBe(draw(3, 2));
  });

  it("draws what a node of any other version draws", () => {
    const placed = { responseHash: word(1), secret: word(2), places: placesOf(200, { 7: 1, 70: 2, 150: 3, 199: 4 }) };
    expect(checkedPlaces(placed)).toEqual([
      ...[7, 17, 25, 26, 33, 36, 40, 67, 70, 108, 118, 145, 150, 160, 170, 176, 178, 180, 190, 199],
    ]);
  });

  it("reaches every place about equally often", () => {
    const counts = new Array<number>(40).fill(0);
    for (let byte = 0; byte < 250; byte++)
      for (const index of checkedPlaces({ responseHash: word(byte), secret: word(9), places: placesOf(40) }))
        counts[index] = (counts[index] ?? 0) + 1;
    // The first four are the closest, since all leads are alike; of the others each is drawn with 16 / 36.
    for (const count of counts.slice(4)) expect(count).toBeGreaterThan(70);
    for (const count of counts.slice(4)) expect(count).toBeLessThan(160);
  });
});
