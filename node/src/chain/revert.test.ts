import { accountingV2Abi, deliveryDisputesAbi, stakeRegistryAbi, testTokenAbi } from "@lloom/protocol/generated/abi";
import { Interface, type InterfaceAbi } from "ethers";
import { describe, expect, it } from "vitest";
import { decodeRevert } from "./revert.ts";

const UNIT = { decimals: 6, symbol: "tUSD" };
const NEVER = (1n << 256n) - 1n;
const dataOf = (abi: InterfaceAbi, name: string, values: readonly unknown[]): string =>
  new Interface(abi).encodeErrorResult(name, values);

describe("a refusal of a contract", () => {
  it.each<readonly [InterfaceAbi, string, string]>([
    [testTokenAbi, "TestTokenFaucetClosed", "opens again for this account at"],
    [accountingV2Abi, "AccountingUnlockPending", "the unlock ends at"],
    [accountingV2Abi, "AccountingDeadlinePassed", "its deadline passed at"],
    [stakeRegistryAbi, "StakeStillUnbonding", "is unbonding until"],
  ])("names its time, and one that no calendar has by its number: %#", (abi, name, words) => {
    const sentence = (seconds: bigint): string => decodeRevert(dataOf(abi, name, [seconds, 0n]), UNIT).sentence;
    expect(sentence(1_772_373_909n)).toContain(`${words} 2026-03-01T14:05:09.000Z`);
    for (const far of [(1n << 64n) - 1n, NEVER]) expect(sentence(far)).toContain(`${words} Unix second ${far}`);
  });

  it("of a dispute contract is known by name", () => {
    const data = dataOf(deliveryDisputesAbi, "DeliveryTooLate", [NEVER, NEVER]);
    expect(decodeRevert(data)).toMatchObject({ name: "DeliveryTooLate" });
  });

  it.each([undefined, null, "0x", "0x12345678", "0x08c379a0", "no hex"])(
    "that says nothing is told as that: %s",
    (data) => {
      expect(decodeRevert(data, UNIT)).toEqual({
        name: "unknown",
        values: {},
        sentence: "the contract gave no reason",
      });
    },
  );

  it("of another sort is told in its own words", () => {
    const data = new Interface(["error Error(string reason)"]).encodeErrorResult("Error", ["Pausable: paused"]);
    expect(decodeRevert(data, UNIT)).toMatchObject({
      name: "Error",
      sentence: expect.stringContaining("Pausable: paused"),
    });
  });
});
