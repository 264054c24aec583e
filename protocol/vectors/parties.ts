import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Address, Hex } from "../src/commitment-types.ts";
import { type CommitmentDomain, createCommitmentHasher } from "../src/commitments.ts";
import { addressFromPublicKey, hexToBytes } from "../src/hex.ts";

/** Somebody who signs in the vectors. */
export interface Party {
  readonly secret: Hex;
  readonly address: Address;
}

const party = (secret: Hex): Party => ({
  secret,
  address: addressFromPublicKey(secp256k1.getPublicKey(hexToBytes(secret))),
});

/** The first three accounts of every development chain: the whole world knows their keys. */
export const PARTIES = {
  client: party("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
  executor: party("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
  stranger: party("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
};

/** Three deployments: the first, one at another address, one on another chain. */
export const DOMAINS = {
  main: { chainId: 31337n, accounting: "0x1100000000000000000000000000000000000011" },
  otherContract: { chainId: 31337n, accounting: "0x2200000000000000000000000000000000000022" },
  otherChain: { chainId: 8453n, accounting: "0x1100000000000000000000000000000000000011" },
} as const satisfies Record<string, CommitmentDomain>;

export type DomainName = keyof typeof DOMAINS;

export const HASHERS = {
  main: createCommitmentHasher(DOMAINS.main),
  otherContract: createCommitmentHasher(DOMAINS.otherContract),
  otherChain: createCommitmentHasher(DOMAINS.otherChain),
};

/** 32 bytes that repeat one. */
export const repeated = (byte: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`;
