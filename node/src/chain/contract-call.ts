import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";

/** Who pays gas and signs: any key that can sign a digest. */
export interface ChainAccount {
  readonly address: Address;
  sign(digest: Hex): CompactSignature;
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
