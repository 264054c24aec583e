import {
  collectionNonce,
  hashReceiveWithAuthorization,
  RECEIVE_WITH_AUTHORIZATION_FIELDS,
  type ReceiveWithAuthorization,
} from "../src/collections.ts";
import type { Address, Hex } from "../src/commitment-types.ts";
import { PARTIES, repeated } from "./parties.ts";

const LARGEST: Address = `0x${"ff".repeat(20)}`;

const NONCES = [
  { purpose: "Deposit", beneficiary: PARTIES.client.address, salt: repeated(0xe1) },
  { purpose: "Stake", beneficiary: PARTIES.client.address, salt: repeated(0xe1) },
  { purpose: "Deposit", beneficiary: PARTIES.executor.address, salt: repeated(0xe1) },
  { purpose: "Deposit", beneficiary: PARTIES.client.address, salt: repeated(0xe2) },
  { purpose: "Stake", beneficiary: LARGEST, salt: repeated(0xff) },
] as const;

/** An authorization is signed in the token's domain, whose separator the token tells. */
const TOKEN_SEPARATOR: Hex = repeated(0x70);

const AUTHORIZATIONS: readonly ReceiveWithAuthorization[] = [
  {
    from: PARTIES.client.address,
    to: PARTIES.stranger.address,
    value: 25_000_000n,
    validAfter: 0n,
    validBefore: 1_900_000_000n,
    nonce: collectionNonce("Deposit", PARTIES.client.address, repeated(0xe1)),
  },
  {
    from: LARGEST,
    to: LARGEST,
    value: 2n ** 256n - 1n,
    validAfter: 2n ** 256n - 2n,
    validBefore: 2n ** 256n - 3n,
    nonce: repeated(0xff),
  },
];

/** collections.json: the nonces that say what collected money is for, and the digests of what payers sign. */
export const collectionVectors = () => ({
  rule: "keccak256(abi.encode(uint8 purpose, address beneficiary, bytes32 salt))",
  nonces: NONCES.map((one) => ({ ...one, nonce: collectionNonce(one.purpose, one.beneficiary, one.salt) })),
  types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION_FIELDS },
  authorizations: AUTHORIZATIONS.map((authorization) => ({
    tokenSeparator: TOKEN_SEPARATOR,
    ...authorization,
    digest: hashReceiveWithAuthorization(TOKEN_SEPARATOR, authorization),
  })),
});
