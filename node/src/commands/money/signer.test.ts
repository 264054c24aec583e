import type { Address } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { onlyOne } from "./signer.ts";

const key = (digit: string): Address => `0x${digit.repeat(40)}`;

it("a new session key replaces the only other one in force, and nobody guesses among several", () => {
  const [gone, old, fresh] = [
    { signer: key("1"), thawEnd: 9n },
    { signer: key("2"), thawEnd: 0n },
    { signer: key("3"), thawEnd: 0n },
  ];
  expect(onlyOne([gone, old], fresh.signer)).toBe(old.signer);
  expect(onlyOne([gone, old, fresh], fresh.signer)).toBe(old.signer);
  expect(() => onlyOne([gone, fresh], fresh.signer)).toThrow("nothing to replace");
  expect(() => onlyOne([old, fresh], key("4"))).toThrow(
    expect.objectContaining({ message: "2 session keys are in force.", next: expect.stringContaining(old.signer) }),
  );
});
