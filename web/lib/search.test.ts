import { describe, expect, test } from "vitest";
import { kindOf, normalizeQuery } from "./search.ts";

const ADDRESS = "0xbd74466bd61b6ac2ec7651473b1dfb09d2c552c5";
const HASH = `0x${"9d".repeat(32)}`;

describe("a search", () => {
  test.each([
    [ADDRESS, "address"],
    [HASH, "hash"],
    ["176024994500000000000313370000000000000867000000000000000050000000000000003", "settlement"],
    ["16Uiu2HA1RQVqKh5ZUbCESusHSBFgrrmy9giNCjwBVFQ3KFx2JmUP", "peer"],
    ["1204", "block"],
    ["1,204", "block"],
    ["1,20", "unknown"],
    ["0x12", "unknown"],
    ["two words", "unknown"],
  ] as const)("for %s is for a thing of kind %s", (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  test.each([
    [`  ${ADDRESS.toUpperCase().replace("0X", "0x")}\n`, ADDRESS],
    [ADDRESS.slice(2), ADDRESS],
    [`https://explorer.example/tx/${HASH}`, HASH],
    [`/executors/${ADDRESS}/`, ADDRESS],
    ["", ""],
  ])("takes %j as people paste it", (text, normalized) => {
    expect(normalizeQuery(text)).toBe(normalized);
  });
});
