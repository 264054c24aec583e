import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import type { Deployment } from "../indexer/chain.ts";

/** What a page has to know of the network to speak with its nodes; numbers as text, since it crosses from server to browser. */
export interface ToldNetwork {
  readonly chainId: string;
  readonly accounting: Address;
  readonly token: TokenUnit;
  /** Multiaddrs of validators. */
  readonly bootstrap: readonly string[];
}

export const toldNetwork = ({ chainId, accounting, token }: Deployment, bootstrap: readonly string[]): ToldNetwork => ({
  chainId: String(chainId),
  accounting,
  token,
  bootstrap,
});

export const domainOf = ({ chainId, accounting }: ToldNetwork): CommitmentDomain => ({
  chainId: BigInt(chainId),
  accounting,
});
