import type { Address } from "@lloom/protocol/commitment-types";
import { addressOf } from "@lloom/protocol/identifiers";
import { LloomError } from "@lloom/protocol/lloom-error";
import type { FoundWallet } from "./discovery.ts";
import { askNumber, type Provider } from "./provider.ts";

/** An account of a wallet that lets this page see it, and the chain that the wallet is on. */
export interface Session {
  readonly wallet: FoundWallet;
  readonly address: Address;
  readonly chainId: bigint;
}

/** Where the wallet that was connected last is remembered: its name alone. */
const REMEMBERED = "lloom-wallet";

async function accountOf(
  provider: Provider,
  method: "eth_accounts" | "eth_requestAccounts",
): Promise<Address | undefined> {
  const told = await provider.request({ method });
  const first: unknown = Array.isArray(told) ? told[0] : undefined;
  return typeof first === "string" ? addressOf(first) : undefined;
}

/** The session that a wallet gives without asking anybody; undefined where it shows this page no account. */
export async function openSession(wallet: FoundWallet): Promise<Session | undefined> {
  const address = await accountOf(wallet.provider, "eth_accounts");
  if (address === undefined) return undefined;
  return { wallet, address, chainId: await askNumber(wallet.provider, "eth_chainId") };
}

/** Asks a wallet for an account; its owner is asked. Throws what the wallet throws. */
export async function connectWallet(wallet: FoundWallet): Promise<Session> {
  const address = await accountOf(wallet.provider, "eth_requestAccounts");
  if (address === undefined) throw new LloomError("RESPONSE_INVALID", `${wallet.name} shows no account.`);
  const session = { wallet, address, chainId: await askNumber(wallet.provider, "eth_chainId") };
  localStorage.setItem(REMEMBERED, wallet.rdns);
  return session;
}

/** Whether a wallet was connected when this page was left. */
export const wasConnected = ({ rdns }: FoundWallet): boolean => localStorage.getItem(REMEMBERED) === rdns;

/** Forgets the wallet, and asks it to forget this page, which not every wallet can. */
export async function disconnectWallet({ provider }: FoundWallet): Promise<void> {
  localStorage.removeItem(REMEMBERED);
  try {
    await provider.request({ method: "wallet_revokePermissions", params: [{ eth_accounts: {} }] });
  } catch {
    // What this page remembers is gone, which is what it can do.
  }
}

const EVENTS = ["accountsChanged", "chainChanged", "disconnect"] as const;

/** Tells when a wallet's account or chain may be another one. Returns how to stop. */
export function watchSession({ provider }: FoundWallet, onChange: () => void): () => void {
  for (const event of EVENTS) provider.on?.(event, onChange);
  return () => {
    for (const event of EVENTS) provider.removeListener?.(event, onChange);
  };
}
