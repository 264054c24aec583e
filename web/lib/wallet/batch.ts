import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";
import type { Call } from "./plan.ts";
import { askRecord, type Provider, quantity } from "./provider.ts";
import { type Mined, pollFor } from "./send.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Whether a wallet sends several calls of an account as one, whole or not at all (EIP-5792). */
export async function canBatch(provider: Provider, address: Address, chainId: bigint): Promise<boolean> {
  try {
    const told = await askRecord(provider, "wallet_getCapabilities", [address, [quantity(chainId)]]);
    const ofChain = told?.[quantity(chainId)];
    const atomic = isRecord(ofChain) ? ofChain["atomic"] : undefined;
    return isRecord(atomic) && (atomic["status"] === "supported" || atomic["status"] === "ready");
  } catch {
    return false;
  }
}

const isHash = (value: unknown): value is Hex => typeof value === "string" && /^0x[0-9a-f]{64}$/i.test(value);

/** Has the wallet send calls as one; its owner is asked once. Returns the wallet's own id for them. Throws what the wallet throws. */
export async function sendBatch(
  provider: Provider,
  from: Address,
  chainId: bigint,
  calls: readonly Call[],
): Promise<string> {
  const asked = {
    ...{ version: "2.0.0", from, chainId: quantity(chainId), atomicRequired: true },
    calls: calls.map(({ to, data, value }) => ({ to, data, value: quantity(value) })),
  };
  const told = await provider.request({ method: "wallet_sendCalls", params: [asked] });
  const id: unknown = isRecord(told) ? told["id"] : told;
  if (typeof id === "string" && id !== "") return id;
  throw new LloomError("RESPONSE_INVALID", "The wallet sent the calls and gives no id to follow them by.");
}

/** Waits until calls that were sent as one are in a block. Throws LloomError TRANSACTION_FAILED where they are not, or not all. */
export async function followBatch(provider: Provider, id: string, signal: AbortSignal): Promise<Mined> {
  const status = await pollFor(async () => {
    const told = await askRecord(provider, "wallet_getCallsStatus", [id]);
    return told === undefined || Number(told["status"]) < 200 ? undefined : told;
  }, signal);
  const receipts: readonly unknown[] = Array.isArray(status["receipts"]) ? status["receipts"] : [];
  const last = receipts.findLast(isRecord);
  const hash = last?.["transactionHash"];
  if (Number(status["status"]) === 200 && isHash(hash))
    return { hash: hash.toLowerCase() as Hex, block: BigInt(String(last?.["blockNumber"])) };
  throw new LloomError("TRANSACTION_FAILED", `The wallet's batch ended with status ${Number(status["status"])}.`, {
    next: "Look into the wallet for why; what stands under this account shows what is true now.",
  });
}
