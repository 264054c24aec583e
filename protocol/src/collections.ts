/**
 * How the Collector takes deposits and stake out of a signature: an ERC-3009 `ReceiveWithAuthorization` in the token's own
 * domain, whose nonce says what the money is for, so that whoever sends it cannot use it for anything else.
 */

import type { Address, Hex } from "./commitment-types.ts";
import { enumNumber } from "./contract-enums.ts";
import { collectorFacts } from "./generated/facts.ts";
import { bytesToHex, fixedBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { createStructHasher, type Field } from "./struct-encoder.ts";
import { createDigester } from "./typed-data-digest.ts";

/** What collected money is for. */
export type CollectionPurpose = (typeof collectorFacts.Purpose)[number];

/** What the payer signs. */
export interface ReceiveWithAuthorization {
  /** Who pays. */
  readonly from: Address;
  /** The Collector. */
  readonly to: Address;
  readonly value: bigint;
  /** Unix seconds, both excluded. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** `collectionNonce` of what it is for. */
  readonly nonce: Hex;
}

/** As ethers' `signTypedData` takes it. */
export const RECEIVE_WITH_AUTHORIZATION_FIELDS = [
  { name: "from", type: "address" },
  { name: "to", type: "address" },
  { name: "value", type: "uint256" },
  { name: "validAfter", type: "uint256" },
  { name: "validBefore", type: "uint256" },
  { name: "nonce", type: "bytes32" },
] as const satisfies readonly Field<keyof ReceiveWithAuthorization>[];

const hashStruct = createStructHasher<ReceiveWithAuthorization>(
  "ReceiveWithAuthorization",
  RECEIVE_WITH_AUTHORIZATION_FIELDS,
);

/** The digest to sign, in the token's domain. Throws LloomError REQUEST_INVALID for a value that does not fit its field. */
export function hashReceiveWithAuthorization(tokenSeparator: Hex, authorization: ReceiveWithAuthorization): Hex {
  return createDigester(tokenSeparator)(hashStruct(authorization));
}

const WORD = 32;

/**
 * keccak256(abi.encode(purpose, beneficiary, salt)), as the Collector's `nonceOf`.
 * Throws LloomError REQUEST_INVALID for a value that does not fit.
 */
export function collectionNonce(purpose: CollectionPurpose, beneficiary: Address, salt: Hex): Hex {
  const words = new Uint8Array(3 * WORD);
  words[WORD - 1] = enumNumber(collectorFacts.Purpose, purpose);
  words.set(fixedBytes("beneficiary", beneficiary, 20), 2 * WORD - 20);
  words.set(fixedBytes("salt", salt, WORD), 2 * WORD);
  return bytesToHex(keccak256(words));
}
