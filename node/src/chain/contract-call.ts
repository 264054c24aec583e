import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import type { TypedData } from "@lloom/protocol/commitments";
import type { Transaction } from "ethers";

/** Who pays gas and signs: a key that is here, or one that another program has. */
export type ChainAccount = KeyAccount | RemoteAccount;

/** Any key that can sign a digest. */
export interface KeyAccount {
  readonly address: Address;
  sign(digest: Hex): CompactSignature;
}

/**
 * A key elsewhere, which signs nothing that it cannot read. What it gives back is checked by whoever asks it: it is the signature of
 * this address, over exactly this.
 */
export interface RemoteAccount {
  readonly address: Address;
  signTransaction(unsigned: Transaction, signal?: AbortSignal): Promise<CompactSignature>;
  signTypedData(data: TypedData, signal?: AbortSignal): Promise<CompactSignature>;
}

/** One call of a contract. */
export interface ContractCall {
  /** With a verb, for messages: "deposit 5 tUSD". */
  readonly what: string;
  readonly to: Address;
  readonly data: Hex;
  /** Wei that go with it; none unless given. */
  readonly value?: bigint;
  /** Used as it is on local chains; others estimate. See `gas.ts`. */
  readonly gasLimit: bigint;
  /** Names the same call where its data differ each time, as with a permit; by default its data do. */
  readonly intent?: string;
}
