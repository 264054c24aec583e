/** Whom a validator audits in an epoch. Everybody can recompute it once the preimage is revealed. */
import { hashWords, wordOf } from "./abi-words.ts";
import type { Address, Hex } from "./commitment-types.ts";
import { auditsFacts } from "./generated/facts.ts";
import { hexToBytes } from "./hex.ts";
import { LloomError } from "./lloom-error.ts";

/** What is registered in one epoch, a chain or an executor, counts from so many epochs later. */
export const AUDIT_LOOKAHEAD = auditsFacts.LOOKAHEAD;

/** Where an epoch's seed comes from. */
export interface SeedSource {
  readonly chainId: bigint;
  /** Address of Audits. */
  readonly audits: Address;
  readonly epoch: bigint;
  /** Of the first block of the epoch: `mixHash` in JSON-RPC. */
  readonly prevRandao: Hex;
}

/** One validator's preimage against one executor. */
export interface Draw {
  readonly seed: Hex;
  readonly preimage: Hex;
  readonly executor: Address;
  /** An executor is assigned once in so many draws; `odds` of the contract, at least 1. */
  readonly odds: bigint;
}

const MAX_WORD = 2n ** 256n - 1n;

/** Number of the epoch that a time falls into; both in seconds. */
export const epochAt = (timestamp: bigint, epochLength: bigint): bigint => timestamp / epochLength;

/** keccak256(abi.encode(uint256 chainId, address audits, uint256 epoch, bytes32 prevRandao)) */
export const epochSeed = ({ chainId, audits, epoch, prevRandao }: SeedSource): Hex =>
  hashWords(wordOf(chainId), hexToBytes(audits), wordOf(epoch), hexToBytes(prevRandao));

/**
 * Whether the preimage assigns the executor: keccak256(abi.encode(seed, preimage, executor)) lies in the lowest of `odds`
 * equal parts. Throws LloomError REQUEST_INVALID for odds below 1.
 */
export function isAssigned({ seed, preimage, executor, odds }: Draw): boolean {
  if (odds < 1n) throw new LloomError("REQUEST_INVALID", "The odds of an assignment are 1 or more.");
  return BigInt(hashWords(hexToBytes(seed), hexToBytes(preimage), hexToBytes(executor))) <= MAX_WORD / odds;
}
