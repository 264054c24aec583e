import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";
import { type Revert, revertOf } from "@lloom/protocol/revert/words";
import { parseRevert } from "./contracts.ts";
import type { Call } from "./plan.ts";
import { askHex, askNumber, askRecord, type Provider, quantity } from "./provider.ts";
import { revertDataOf, type WalletProblem, walletProblem } from "./wallet-problem.ts";

/** What is asked for while a transaction is on its way. */
const POLL_MS = 700;

const asSent = (from: Address, { to, data, value }: Call) => ({ from, to, data, value: quantity(value) });

/** What went wrong, a contract's own reason among it. */
export function problemOf(thrown: unknown, token: TokenUnit): WalletProblem {
  const data = revertDataOf(thrown);
  if (data === undefined) return walletProblem(thrown);
  return refusedBy(revertOf(data, parseRevert, token));
}

export const refusedBy = ({ sentence }: Revert): WalletProblem => ({
  ...{ kind: "refused", sentence: `The contract refuses: ${sentence}.` },
  next: "Nothing has moved by it.",
});

/** What a call would cost in wei of gas, if the contract took it now. Throws what it is refused with. */
export async function simulate(provider: Provider, from: Address, call: Call): Promise<bigint> {
  const asked = asSent(from, call);
  await askHex(provider, "eth_call", [asked, "latest"]);
  const [gas, price] = await Promise.all([
    askNumber(provider, "eth_estimateGas", [asked]),
    askNumber(provider, "eth_gasPrice"),
  ]);
  return gas * price;
}

/** Has the wallet send a call; its owner is asked. Throws what the wallet throws. */
export const sendCall = (provider: Provider, from: Address, call: Call): Promise<Hex> =>
  askHex(provider, "eth_sendTransaction", [asSent(from, call)]);

/** A transaction that is in a block. */
export interface Mined {
  readonly hash: Hex;
  readonly block: bigint;
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, POLL_MS);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });

/** Asks until there is an answer. Throws the signal's reason. */
export async function pollFor<T>(ask: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(signal);
  }
}

/**
 * Waits until a transaction is in a block. Throws LloomError TRANSACTION_FAILED where it failed there, with the contract's reason as far as
 * the wallet's chain tells it once more.
 */
export async function followCall(
  provider: Provider,
  { hash, from, call, token, signal }: { hash: Hex; from: Address; call: Call; token: TokenUnit; signal: AbortSignal },
): Promise<Mined> {
  const receipt = await pollFor(() => askRecord(provider, "eth_getTransactionReceipt", [hash]), signal);
  const block = BigInt(String(receipt["blockNumber"]));
  if (receipt["status"] === "0x1") return { hash, block };
  const why = await reasonAt(provider, asSent(from, call), block, token);
  throw new LloomError("TRANSACTION_FAILED", `The transaction failed in block ${block}: ${why}`, {
    next: "Only its gas was paid; nothing else has moved by it.",
  });
}

async function reasonAt(provider: Provider, asked: object, block: bigint, token: TokenUnit): Promise<string> {
  try {
    await askHex(provider, "eth_call", [asked, quantity(block)]);
  } catch (thrown) {
    return problemOf(thrown, token).sentence;
  }
  return "the chain does not say why.";
}
