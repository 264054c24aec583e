import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { isError } from "ethers";
import { LloomError } from "../errors.ts";
import { decodeRevert, isOwnError, OF_TOKEN } from "./revert.ts";
import { RpcError } from "./rpc/rpc-error.ts";

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
  if (thrown instanceof RpcError && thrown.kind in OUTAGES) {
    const { problem, next } = OUTAGES[thrown.kind as keyof typeof OUTAGES];
    return new LloomError("CHAIN_UNREACHABLE", `Cannot ${what}: the RPC server ${problem}: ${thrown.message}.`, {
      cause: thrown,
      next,
    });
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
  const reason = messageOf(thrown);
  return new LloomError("TRANSACTION_FAILED", `Cannot ${what}: ${reason}.`, { cause: thrown });
}

export interface Refusal {
  readonly what: string;
  readonly data: string | null | undefined;
  readonly unit?: TokenUnit | undefined;
  readonly cause?: unknown;
  /** More for `details`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Whether a contract refused a transaction; if not, it may still be mined. */
export const isRefusal = ({ code, details }: LloomError): boolean =>
  code === "TRANSACTION_FAILED" && details["error"] !== undefined;

/** Whether the refusal is one of Lloom's contracts by its own rules, and not the token's or of unknown origin. */
export const isCertain = ({ details }: LloomError): boolean => isOwnError(String(details["error"]));

/** TRANSACTION_FAILED for a revert; `details` hold the custom error's name and values. */
export function refusal({ what, data, unit, cause, details = {} }: Refusal): LloomError {
  const { name, values, sentence } = decodeRevert(data, unit);
  return new LloomError("TRANSACTION_FAILED", `Cannot ${what}: ${sentence}.`, {
    cause,
    next: NEXT[name] ?? (OF_TOKEN.has(name) ? REFUSED_BY_TOKEN : "Correct what the message names, then try again."),
    details: { error: name, values, ...details },
  });
}

const NEXT: Readonly<Record<string, string>> = {
  AccountingInsufficientDeposit: "Deposit more: lloom deposit AMOUNT.",
  ERC20InsufficientBalance: "Get payment tokens first; on a test network: lloom faucet.",
  TestTokenFaucetClosed: "Wait until then.",
  StakeNotRegistered: "Register first: lloom stake AMOUNT.",
};

const REFUSED_BY_TOKEN =
  "Nothing has moved. Try again once the token takes it; if it refuses one wallet alone, --to ADDRESS pays another one.";

const BEHIND = {
  problem: "is behind the chain",
  next: "Try again in a minute; if it stays so, use another RPC server.",
};
/** Errors that say nothing about the call. */
const OUTAGES = {
  busy: { problem: "takes no more calls for now", next: "Wait, or use an RPC server that allows more calls." },
  lag: BEHIND,
  indexing: BEHIND,
} as const;

const isGasMissing = (thrown: unknown): boolean =>
  isError(thrown, "INSUFFICIENT_FUNDS") || (thrown instanceof RpcError && thrown.kind === "funds");

/** What happened, in the words of the RPC server or of ethers. */
function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return "shortMessage" in thrown ? String(thrown.shortMessage) : thrown.message;
  return String(thrown);
}
