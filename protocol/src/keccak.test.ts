import { keccak_256 } from "@noble/hashes/sha3.js";
import { afterEach, expect, it } from "vitest";
import { keccak256, useKeccak } from "./keccak.ts";

afterEach(() => useKeccak(keccak_256));

it("hashes with the implementation that was chosen last", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  expect(keccak256(bytes)).toEqual(keccak_256(bytes));
  useKeccak((given) => Uint8Array.of(...given, 7));
  expect(keccak256(bytes)).toEqual(Uint8Array.of(1, 2, 3, 7));
});
