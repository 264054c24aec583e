import type { Hex } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { keccak256 } from "@lloom/protocol/keccak";

const MOST_CHARACTERS = 200;

/** The hash by which the chain knows a model's name. */
export const hashOfName = (name: string): Hex => bytesToHex(keccak256(new TextEncoder().encode(name)));

/** A name that is proven by hashing to what the chain has; undefined for any other. */
export const provenName = (name: string | undefined, hash: Hex): string | undefined =>
  name !== undefined && name.length <= MOST_CHARACTERS && hashOfName(name) === hash ? name : undefined;
