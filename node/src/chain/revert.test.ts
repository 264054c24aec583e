import { accountingV2Abi, deliveryDisputesAbi, stakeRegistryAbi, testTokenAbi } from "@lloom/protocol/generated/abi";
import { Interface, type InterfaceAbi } from "ethers";
import { describe, expect, it } from "vitest";
import { refusal } from "./chain-failure.ts";
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

  it.each([undefined, null, "0x"])("that says nothing is told as that: %s", (data) => {
    expect(decodeRevert(data, UNIT)).toEqual({ name: "unknown", values: {}, sentence: "the contract gave no reason" });
  });

  it.each(["0x12345678", "0x08c379a0", "no hex"])("that nobody here knows is told by how it begins: %s", (data) => {
    expect(decodeRevert(data, UNIT)).toEqual({
      ...{ name: "unknown", values: {} },
      sentence: `a contract refuses by an error that is not known here, ${data}`,
    });
  });

  it.each<readonly [string, readonly unknown[], string]>([
    ["Error(string reason)", ["Pausable: paused"], 'the payment token says "Pausable: paused"'],
    ["EnforcedPause()", [], "the payment token is paused"],
    ["SafeERC20FailedOperation(address token)", [`0x${"11".repeat(20)}`], "the payment token refused the transfer"],
  ])("by the payment token names it, and that nothing has moved: %s", (declared, values, sentence) => {
    const name = declared.slice(0, declared.indexOf("("));
    const data = dataOf([`error ${declared}`], name, values);
    expect(decodeRevert(data, UNIT)).toMatchObject({ name, sentence: expect.stringContaining(sentence) });
    expect(refusal({ what: "withdraw 5", data })).toMatchObject({
      code: "TRANSACTION_FAILED",
      next: expect.stringContaining("Nothing has moved"),
    });
  });
});
