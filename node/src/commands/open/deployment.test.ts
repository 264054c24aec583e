import { describe, expect, it } from "vitest";
import { knownNetwork } from "../../../../test/support/network-book.ts";
import type { Chain } from "../../chain/chain.ts";
import type { Settings } from "../../settings.ts";
import { chosenDeployment } from "./deployment.ts";

const at = (byte: string): `0x${string}` => `0x${byte.repeat(20)}`;
const BOOK = { sepolia: knownNetwork(11155111, "tUSD") };

const settings = (given: Partial<Settings>): Settings =>
  ({ rpc: "http://127.0.0.1:1/v3/secret", startBlock: 0, ...given }) as Settings;
const chainOf = (chainId: bigint): Chain => ({ domain: { chainId } }) as Chain;

describe("the deployment that settings choose", () => {
  it("is a network of the address book, but for what they say themselves", () => {
    expect(chosenDeployment(settings({ network: "sepolia" }), BOOK)).toMatchObject({
      accounting: at("a1"),
      startBlock: 7,
    });
    const own = { network: "sepolia", accounting: at("0b"), startBlock: 3 };
    expect(chosenDeployment(settings(own), BOOK)).toMatchObject({ accounting: at("0b"), startBlock: 3 });
    expect(chosenDeployment(settings({ accounting: at("0b") }), BOOK)).toMatchObject({
      accounting: at("0b"),
      startBlock: 0,
    });
  });

  it("refuses a server of another chain, and shows nothing secret of its address", () => {
    const { check } = chosenDeployment(settings({ network: "sepolia" }), BOOK);
    expect(check(chainOf(11155111n))).toBeDefined();
    expect(() => check(chainOf(1n))).toThrow(
      expect.objectContaining({ code: "CHAIN_MISMATCH", next: expect.not.stringContaining("secret") }),
    );
  });
});
