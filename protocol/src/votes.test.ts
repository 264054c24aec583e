import { describe, expect, it } from "vitest";
import type { Hex } from "./commitment-types.ts";
import { hashVote, type Vote } from "./votes.ts";

const vote: Vote = {
  disputeId: `0x${"a1".repeat(32)}`,
  round: 1,
  juror: `0x${"b2".repeat(20)}`,
  choice: "Mismatch",
  salt: `0x${"c3".repeat(32)}`,
};

describe("hashVote", () => {
  it("changes with every part of the vote", () => {
    const other: readonly Partial<Vote>[] = [
      { disputeId: `0x${"a2".repeat(32)}` },
      { round: 2 },
      { juror: `0x${"b3".repeat(20)}` },
      { choice: "Match" },
      { salt: `0x${"c4".repeat(32)}` },
    ];
    const hashes = other.map((part) => hashVote({ ...vote, ...part }));
    expect(new Set([hashVote(vote), ...hashes]).size).toBe(6);
  });

  it("takes the last panel that there can be", () => {
    expect(hashVote({ ...vote, round: 254 })).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it.each([0, 255, 1.5, Number.NaN])("refuses round %s", (round) => {
    expect(() => hashVote({ ...vote, round })).toThrow("round must be an integer from 1 to 254.");
  });

  it.each(["disputeId", "juror", "salt"] as const)("refuses a %s of another length", (name) => {
    const short = vote[name].slice(0, -2) as Hex;
    expect(() => hashVote({ ...vote, [name]: short })).toThrow(`${name} must be 0x and`);
  });
});
