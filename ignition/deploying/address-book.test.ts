import { networkNamed } from "@lloom/protocol/networks";
import { describe, expect, it } from "vitest";
import { currentBook, generatedBook, type NetworkEntry, readBook } from "./address-book.ts";

const at = (byte: string): `0x${string}` => `0x${byte.repeat(20)}`;
const ENTRY: NetworkEntry & { contracts: { AccountingV2: `0x${string}` } } = {
  chainId: 11155111,
  startBlock: 7,
  paymentToken: { address: at("70"), symbol: "tUSD", decimals: 6 },
  contracts: { AccountingV2: at("ac"), StakeRegistry: at("57"), Audits: at("ad") },
};

describe("the address book", () => {
  it("is what nodes, indexer and explorer read", () => {
    expect(currentBook()).toBe(generatedBook(readBook()));
  });

  it("becomes a module that says the same", async () => {
    const text = generatedBook(new Map([["sepolia", ENTRY]]))
      .replace(/^import.*$/m, "")
      .replace(/: Readonly<.*> =/, " =");
    const { NETWORKS } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    expect(NETWORKS).toEqual({ sepolia: ENTRY });
  });

  it("names the networks there are for one that it has not", () => {
    const book = { sepolia: ENTRY as never };
    expect(networkNamed("sepolia", book)).toBe(ENTRY);
    for (const name of ["mainnet", "constructor", ""])
      expect(() => networkNamed(name, book)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", next: "It has sepolia; or give the addresses themselves." }),
      );
    expect(() => networkNamed("sepolia", {})).toThrow(
      expect.objectContaining({ next: expect.stringContaining("empty") }),
    );
  });
});
