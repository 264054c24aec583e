import { describe, expect, it } from "vitest";
import { gapsOf, isStalled, mostAtOnce, type StreamTimes } from "./stalls.ts";

const stream = (arrivedMs: readonly number[], isWhole = true): StreamTimes => ({ askedMs: 100, arrivedMs, isWhole });

describe("a stall", () => {
  it("is none while text comes in time", () => expect(isStalled(stream([200, 700, 1_200]), 500)).toBe(false));
  it("is a silence in the middle", () => expect(isStalled(stream([200, 701, 1_200]), 500)).toBe(true));
  it("is a first piece that comes late", () => expect(isStalled(stream([601, 700]), 500)).toBe(true));
  it("is an answer that broke off", () => expect(isStalled(stream([200, 300], false), 500)).toBe(true));
  it("is an answer without text", () => expect(isStalled(stream([]), 500)).toBe(true));
});

it("measures every silence between two pieces", () => expect(gapsOf(stream([10, 20, 50]))).toEqual([10, 30]));

describe("streams at once", () => {
  it("are those that overlap", () =>
    expect(mostAtOnce([stream([0, 10]), stream([5, 20]), stream([11, 30]), stream([40, 50])])).toBe(2));
  it("count one that ends when another begins", () => expect(mostAtOnce([stream([0, 10]), stream([10, 20])])).toBe(2));
  it("leave out those without text", () => expect(mostAtOnce([stream([]), stream([1, 2])])).toBe(1));
});
