import type { Address } from "@lloom/protocol/commitment-types";
import { isError } from "ethers";
import { LloomError } from "../errors.ts";
import { decodeRevert, type TokenUnit } from "./revert.ts";

/** What was being done, for the message. */
export interface FailureContext {
  /** With a verb: "deposit 5". */
  readonly what: string;
  readonly unit?: TokenUnit;
  /** Who pays the gas. */
  readonly payer?: Address;
}

/** Any error of ethers or of the RPC server as a LloomError with a sentence. */
export function chainFailure(thrown: unknown, { what, unit, payer }: FailureContext): LloomError {
  if (thrown instanceof LloomError) return thrown;
  if (isError(thrown, "CALL_EXCEPTION")) return refusal({ what, data: thrown.data, unit, cause: thrown });
  if (isError(thrown, "UNSUPPORTED_OPERATION") && thrown.message.includes("provider destroyed")) {
    return new LloomError("CANCELLED", `Cannot ${what}: the chain was closed.`, { cause: thrown });
  }
  if (isGasMissing(thrown)) {
    return new LloomError("INSUFFICIENT_FUNDS", `Cannot ${what}: the account has too little ether for gas.`, {
      cause: thrown,
      next: `Send some ether to ${payer ?? "the account"}, for gas.`,
    });
  }
  if (isError(thrown, "BAD_DATA")) {
    return new LloomError("CHAIN_MISMATCH", `Cannot ${what}: the contract does not answer as it should.`, {
      cause: thrown,
    });
  }
  const reason = rpcMessage(thrown);
  return new LloomError("TRANSACTION_FAILED", `Cannot ${what}: ${reason}.`, { cause: thrown });
}

export interface Refusal {
  readonly what: string;
  readonly data: string | null | undefined;
  readonly unit?: TokenUnit | undefined;
  readonly cause?: unknown;
  readonly transactionHash?: string;
}

/** TRANSACTION_FAILED for a revert; `details` hold the custom error's name and values. */
export function refusal({ what, data, unit, cause, transactionHash }: Refusal): LloomError {
  const { name, values, sentence } = decodeRevert(data, unit);
  return new LloomError("TRANSACTION_FAILED", `Cannot ${what}: ${sentence}.`, {
    cause,
    next: NEXT[name] ?? "Correct what the message names, then try again.",
    details: { error: name, values, ...(transactionHash === undefined ? {} : { transactionHash }) },
  });
}

const NEXT: Readonly<Record<string, string>> = {
  AccountingInsufficientDeposit: "Deposit more: lloom deposit AMOUNT.",
  ERC20InsufficientBalance: "Get payment tokens first; on a test network: lloom faucet.",
  TestTokenFaucetClosed: "Wait until then.",
  StakeNotRegistered: "Register first: lloom stake AMOUNT.",
};

/** Hardhat words it in its own way. */
const isGasMissing = (thrown: unknown): boolean =>
  isError(thrown, "INSUFFICIENT_FUNDS") || /doesn't have enough funds|insufficient funds/i.test(rpcMessage(thrown));

/** The RPC server's own words, where ethers wraps them. */
export function rpcMessage(thrown: unknown): string {
  const inner: unknown = isError(thrown, "UNKNOWN_ERROR") ? thrown.error : undefined;
  if (typeof inner === "object" && inner !== null && "message" in inner) return String(inner.message);
  if (thrown instanceof Error) return "shortMessage" in thrown ? String(thrown.shortMessage) : thrown.message;
  return String(thrown);
}
