import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { makeError } from "ethers";
import { describe, expect, it } from "vitest";
import { refusing } from "../../../test/support/scripted-rpc.ts";
import { LloomError } from "../errors.ts";
import { chainFailure, isCertain, isRefusal, refusal } from "./chain-failure.ts";
import { accountingInterface, stakeRegistryInterface, tokenInterface } from "./contracts.ts";

const PAYER: Address = `0x${"ab".repeat(20)}`;
const of = (thrown: unknown, payer?: Address) => chainFailure(thrown, { what: "deposit 5", ...(payer && { payer }) });

describe("a failure of the chain", () => {
  it("is a refusal where a contract named an error, and may else still be mined", () => {
    const named = { error: "AccountingInsufficientDeposit" };
    expect(isRefusal(new LloomError("TRANSACTION_FAILED", "No.", { details: named }))).toBe(true);
    expect(isRefusal(new LloomError("TRANSACTION_FAILED", "No."))).toBe(false);
    expect(isRefusal(new LloomError("CHAIN_UNREACHABLE", "No.", { details: named }))).toBe(false);
  });

  it("is certain where one of Lloom's contracts refused by its own rules, not where the token did or nobody knows", () => {
    const named = (error: string) => new LloomError("TRANSACTION_FAILED", "No.", { details: { error } });
    const errors = ["AccountingInsufficientDeposit", "ERC20InsufficientBalance", "SafeERC20FailedOperation", "unknown"];
    expect(errors.map((error) => isCertain(named(error)))).toEqual([true, false, false, false]);
  });

  it("that has a code already keeps it", () => {
    const known = new LloomError("QUEUE_FULL", "Full.");
    expect(of(known)).toBe(known);
  });

  it("is by its words busy or behind, with what to do, or too little ether", () => {
    expect(of(refusing("busy"))).toMatchObject({
      code: "CHAIN_UNREACHABLE",
      message: "Cannot deposit 5: the RPC server takes no more calls for now: busy, it says.",
      next: "Wait, or use an RPC server that allows more calls.",
      cause: { kind: "busy" },
    });
    for (const kind of ["lag", "indexing"] as const)
      expect(of(refusing(kind))).toMatchObject({
        code: "CHAIN_UNREACHABLE",
        message: expect.stringMatching(/is behind the chain/),
        next: "Try again in a minute; if it stays so, use another RPC server.",
      });
    const poor = { code: "INSUFFICIENT_FUNDS", next: `Send some ether to ${PAYER}, for gas.` };
    expect(of(refusing("funds"), PAYER)).toMatchObject(poor);
    expect(of(makeError("poor", "INSUFFICIENT_FUNDS", { transaction: {} as never }), PAYER)).toMatchObject(poor);
    expect(of(refusing("funds"))).toMatchObject({
      next: "Send some ether to the account, for gas.",
      cause: { kind: "funds" },
    });
  });

  it("of a contract that answers with something else is a mismatch", () => {
    const bad = makeError("bad", "BAD_DATA", { value: "0x" });
    expect(of(bad)).toMatchObject({ code: "CHAIN_MISMATCH", cause: bad });
  });

  it("of a chain that was closed is a cancellation, and of no other thing that ethers cannot do", () => {
    const closed = makeError("provider destroyed; cancelled request", "UNSUPPORTED_OPERATION", { operation: "x" });
    expect(of(closed)).toMatchObject({ code: "CANCELLED", cause: closed });
    const other = makeError("cannot do", "UNSUPPORTED_OPERATION", { operation: "x" });
    expect(of(other)).toMatchObject({ code: "TRANSACTION_FAILED", message: "Cannot deposit 5: cannot do." });
  });

  it("of any other kind is told in its own words", () => {
    for (const kind of ["invalid", "unknown", "range", "known"] as const)
      expect(of(refusing(kind))).toMatchObject({
        code: "TRANSACTION_FAILED",
        message: `Cannot deposit 5: ${kind}, it says.`,
      });
    expect(of("text")).toMatchObject({ code: "TRANSACTION_FAILED", message: "Cannot deposit 5: text.", cause: "text" });
  });
});

describe("a refusal of a contract", () => {
  const refused = (data: string | null) =>
    chainFailure(
      makeError("no", "CALL_EXCEPTION", {
        action: "call",
        data,
        reason: null,
        transaction: { to: null, data: "0x" },
        invocation: null,
        revert: null,
      }),
      { what: "deposit 5", unit: { decimals: 6, symbol: "tUSD" } },
    );

  it.each<[string, Hex, string]>([
    [
      "AccountingInsufficientDeposit",
      accountingInterface.encodeErrorResult("AccountingInsufficientDeposit", [1_000_000n, 2_000_000n]) as Hex,
      "Deposit more: lloom deposit AMOUNT.",
    ],
    [
      "ERC20InsufficientBalance",
      tokenInterface.encodeErrorResult("ERC20InsufficientBalance", [PAYER, 1n, 2n]) as Hex,
      "Get payment tokens first; on a test network: lloom faucet.",
    ],
    [
      "TestTokenFaucetClosed",
      tokenInterface.encodeErrorResult("TestTokenFaucetClosed", [1_800_000_000n, 1_700_000_000n]) as Hex,
      "Wait until then.",
    ],
    [
      "StakeNotRegistered",
      stakeRegistryInterface.encodeErrorResult("StakeNotRegistered", [PAYER]) as Hex,
      "Register first: lloom stake AMOUNT.",
    ],
    [
      "AccountingZeroAmount",
      accountingInterface.encodeErrorResult("AccountingZeroAmount", []) as Hex,
      "Correct what the message names, then try again.",
    ],
    [
      "SafeERC20FailedOperation",
      accountingInterface.encodeErrorResult("SafeERC20FailedOperation", [PAYER]) as Hex,
      "Nothing has moved. Try again once the token takes it; if it refuses one wallet alone, --to ADDRESS pays another one.",
    ],
  ])("%s is named with its values and its next step", (name, data, next) => {
    expect(refused(data)).toMatchObject({ code: "TRANSACTION_FAILED", next, details: { error: name } });
  });

  it("says amounts in the token's unit, and holds them as they are", () => {
    const data = accountingInterface.encodeErrorResult("AccountingInsufficientDeposit", [1_000_000n, 2_000_000n]);
    expect(refused(data)).toMatchObject({
      message: expect.stringContaining("the free deposit holds 1 tUSD, asked were 2 tUSD"),
      details: { values: { available: "1000000", asked: "2000000" } },
    });
  });

  it("without a reason says so, with whatever else is known", () => {
    expect(refusal({ what: "deposit 5", data: null, details: { transactionHash: "0x1" } })).toMatchObject({
      ...{ code: "TRANSACTION_FAILED", next: "Correct what the message names, then try again." },
      details: { error: "unknown", values: {}, transactionHash: "0x1" },
    });
  });
});
