import { type Provider, quantity } from "./provider.ts";
import { codeOf } from "./wallet-problem.ts";

/** A chain as wallets are told of one. */
export interface WalletChain {
  readonly chainId: bigint;
  /** What the explorer calls the network. */
  readonly name: string;
  /** Where a wallet reaches it; undefined where the explorer's operator names none. */
  readonly rpcUrl: string | undefined;
}

/** A wallet's word for a chain that it does not know. */
const UNKNOWN_CHAIN = 4902;

/**
 * Has a wallet go to the network's chain (EIP-3326), which it is told of first where it does not know it (EIP-3085). "unknown" where it
 * does not, and this explorer knows no address to tell. Throws what the wallet throws, as where its owner declines.
 */
export async function switchChain(
  provider: Provider,
  { chainId, name, rpcUrl }: WalletChain,
): Promise<"asked" | "unknown"> {
  const chain = { chainId: quantity(chainId) };
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [chain] });
    return "asked";
  } catch (thrown) {
    if (codeOf(thrown) !== UNKNOWN_CHAIN) throw thrown;
  }
  if (rpcUrl === undefined) return "unknown";
  const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
  await provider.request({
    method: "wallet_addEthereumChain",
    params: [{ ...chain, chainName: name, rpcUrls: [rpcUrl], nativeCurrency }],
  });
  // Most wallets go there by themselves; one that does not is asked once more.
  await provider.request({ method: "wallet_switchEthereumChain", params: [chain] });
  return "asked";
}
