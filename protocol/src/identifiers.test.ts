import { expect, it } from "vitest";
import { addressOf, hashOf, isAddress, isHash } from "./identifiers.ts";

const [address, hash] = [`0x${"ab".repeat(20)}`, `0x${"cd".repeat(32)}`];

it("takes addresses and hashes in any case, and writes them in lower case", () => {
  expect([addressOf(address.toUpperCase()), addressOf(address)]).toEqual([address, address]);
  expect([hashOf(hash.toUpperCase()), hashOf(hash)]).toEqual([hash, hash]);
  expect([isAddress(address), isAddress(address.toUpperCase())]).toEqual([true, false]);
  expect([isHash(hash), isHash(hash.toUpperCase())]).toEqual([true, false]);
  expect([isAddress(hash), isHash(address)]).toEqual([false, false]);
});

it.each([
  "",
  "0x",
  address.slice(2),
  address.slice(0, -1),
  `${address}\n`,
  `0x${"g".repeat(40)}`,
  `z${address}`,
  `z${hash}`,
  `${hash}0`,
])("takes %j for neither", (text) => {
  expect([addressOf(text), hashOf(text)]).toEqual([undefined, undefined]);
});
