/**
 * Chains of audit preimages. Each preimage is the hash of the one of the epoch after it, so that a revealed one says
 * nothing of those to come; each step hashes the validator too, so that nobody can use a copied tip.
 */

import type { Address, Hex } from "./commitment-types.ts";
import { auditsFacts } from "./generated/facts.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

/** Most epochs that a chain can cover. */
export const MAX_CHAIN_LENGTH = Number(auditsFacts.MAX_CHAIN_LENGTH);

/** A chain that is registered: its secret covers `lastEpoch`, all others follow from it. */
export interface AuditChain {
  readonly validator: Address;
  /** 32 bytes that nobody else ever sees before `lastEpoch` is over. */
  readonly secret: Hex;
  readonly firstEpoch: bigint;
  readonly lastEpoch: bigint;
}

/** Which chain of which deployment. */
export interface ChainPlace {
  readonly chainId: bigint;
  /** Address of Audits. */
  readonly audits: Address;
  readonly validator: Address;
  /** How many chains the validator registered there before. */
  readonly index: bigint;
}

const WORD = 32;
const utf8 = new TextEncoder();

/**
 * The secret of a chain, from a key that the validator keeps: whoever restores the key restores its chains. Never the same
 * for two chains, since a preimage that was revealed once tells executors who audits them.
 * Throws LloomError REQUEST_INVALID for a key that is not 32 bytes long.
 */
export function chainSecret(key: Uint8Array, { chainId, audits, validator, index }: ChainPlace): Hex {
  if (key.length !== WORD) throw new LloomError("REQUEST_INVALID", "A key for audit chains must be 32 bytes.");
  const place = utf8.encode(`lloom/audit-chain/${chainId}/${audits.toLowerCase()}/${validator.toLowerCase()}/${index}`);
  const preimage = new Uint8Array(WORD + place.length);
  preimage.set(key);
  preimage.set(place, WORD);
  return bytesToHex(keccak256(preimage));
}

/**
 * The tip of a chain that ends with `secret`: what `registerChain` takes with the same length.
 * Throws LloomError REQUEST_INVALID for a length outside 1 to MAX_CHAIN_LENGTH.
 */
export function chainTip(validator: Address, secret: Hex, length: number): Hex {
  if (!Number.isInteger(length) || length < 1 || length > MAX_CHAIN_LENGTH) {
    throw new LloomError("REQUEST_INVALID", `An audit chain covers 1 to ${MAX_CHAIN_LENGTH} epochs.`);
  }
  return walkBack(validator, secret, length);
}

/** The preimage of an epoch. Throws LloomError REQUEST_INVALID if the chain does not cover it. */
export function preimageAt({ validator, secret, firstEpoch, lastEpoch }: AuditChain, epoch: bigint): Hex {
  if (epoch < firstEpoch || epoch > lastEpoch) {
    throw new LloomError("REQUEST_INVALID", `The chain covers epochs ${firstEpoch} to ${lastEpoch}, not ${epoch}.`);
  }
  return walkBack(validator, secret, Number(lastEpoch - epoch));
}

/**
 * Where `steps` steps back along the validator's chain lead: keccak256(abi.encode(address validator, bytes32 value)).
 * Throws LloomError REQUEST_INVALID for more steps than any chain has.
 */
export function walkBack(validator: Address, value: Hex, steps: number): Hex {
  if (steps > MAX_CHAIN_LENGTH)
    throw new LloomError("REQUEST_INVALID", `A chain has at most ${MAX_CHAIN_LENGTH} steps.`);
  const step = new Uint8Array(2 * WORD);
  step.set(word(validator, 20, "validator"), WORD - 20);
  let reached = word(value, WORD, "value");
  for (let i = 0; i < steps; i++) {
    step.set(reached, WORD);
    reached = keccak256(step);
  }
  return bytesToHex(reached);
}

function word(hex: Hex, length: number, name: string): Uint8Array {
  const bytes = hexToBytes(hex);
  if (bytes.length !== length) throw new LloomError("REQUEST_INVALID", `${name} must be ${length} bytes.`);
  return bytes;
}
