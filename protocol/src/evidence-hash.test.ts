import { keccak256 } from "ethers";
import { expect, it } from "vitest";
import { hashEvidence } from "./evidence-hash.ts";

const [first, second] = [`0x${"11".repeat(32)}`, `0x${"22".repeat(32)}`] as const;

it("is the keccak256 of the digests, one after the other, in their order", () => {
  expect(hashEvidence([first, second])).toBe(keccak256(first + second.slice(2)));
  expect(hashEvidence([second, first])).not.toBe(hashEvidence([first, second]));
});

it("refuses what is no digest, and names it", () => {
  const refusal = { code: "REQUEST_INVALID", message: expect.stringMatching(/^responseHash /) };
  expect(() => hashEvidence(["0x11"])).toThrow(expect.objectContaining(refusal));
});
