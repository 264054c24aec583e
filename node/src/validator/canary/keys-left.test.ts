import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { keysLeft } from "./keys-left.ts";

const [one, two] = ["0a", "0b"].map((byte): Address => `0x${byte.repeat(20)}`) as [Address, Address];
const shift = (executor: Address, key: number) => ({ executor, epoch: BigInt(key), key });
const left = (shifts: ReturnType<typeof shift>[], executors: readonly Address[] = [one, two], most = 2) =>
  keysLeft(executors, { keys: 3, shifts, most: () => most });

describe("canary keys", () => {
  it("are left that may still ask somebody who sells", () => {
    expect(left([])).toEqual({ keys: 3, left: 3, unaskable: 0 });
    expect(left([shift(one, 0), shift(two, 0)])).toEqual({ keys: 3, left: 2, unaskable: 0 });
    // It has served once, and rests after that.
    expect(left([shift(one, 0)], [one, two], 1)).toEqual({ keys: 3, left: 2, unaskable: 0 });
    // Another that sells now may be asked by all of them.
    expect(left([shift(one, 0), shift(one, 1)], [two])).toEqual({ keys: 3, left: 3, unaskable: 0 });
  });

  it("leave an executor unasked that each of them has asked, and are used up when that is so of all", () => {
    const asked = [0, 1, 2].map((key) => shift(one, key));
    expect(left(asked)).toEqual({ keys: 3, left: 3, unaskable: 1 });
    expect(left(asked, [one, one])).toEqual({ keys: 3, left: 0, unaskable: 1 });
    expect(left([...asked, ...[0, 1, 2].map((key) => shift(two, key))])).toEqual({ keys: 3, left: 0, unaskable: 2 });
  });

  it("are, while nobody sells, those that have not served", () => {
    expect(left([shift(one, 0)], [])).toEqual({ keys: 3, left: 3, unaskable: 0 });
    expect(left([shift(one, 0)], [], 1)).toEqual({ keys: 3, left: 2, unaskable: 0 });
  });
});
