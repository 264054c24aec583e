import { describe, expect, it } from "vitest";
import { ZERO_HASH } from "./commitment-types.ts";
import { type KnownNetwork, networkNamed } from "./networks.ts";

const address = ZERO_HASH.slice(0, 42) as `0x${string}`;
const known: KnownNetwork = {
  chainId: 1,
  startBlock: 2,
  paymentToken: { address, symbol: "tUSD", decimals: 6 },
  contracts: { AccountingV2: address, StakeRegistry: address, Audits: address },
};

describe("networkNamed", () => {
  it("gives the network of that name", () => {
    expect(networkNamed("first", { first: known })).toBe(known);
  });

  it.each(["second", "toString", ""])("refuses %j with the names that there are", (name) => {
    const refused = { code: "CONFIG_INVALID", next: "It has first, third; or give the addresses themselves." };
    expect(() => networkNamed(name, { first: known, third: known })).toThrow(expect.objectContaining(refused));
  });

  it("asks for the addresses while the book is empty", () => {
    const refused = { code: "CONFIG_INVALID", next: "It is empty as yet: give the addresses themselves." };
    expect(() => networkNamed("first", {})).toThrow(expect.objectContaining(refused));
  });
});
