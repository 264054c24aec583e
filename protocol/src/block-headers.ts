/** Block headers as the chain hashes them: what `Audits.fixSeed` takes as proof of an epoch's first block. */

import type { Hex } from "./commitment-types.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

/** A block as `eth_getBlockByNumber` answers; only the header's fields are read. */
export type RpcBlock = Readonly<Record<string, unknown>>;

/** Fields of a header by their names in JSON-RPC, in the order of their hashing. */
const FIELDS = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "extraData",
  "mixHash",
  "nonce",
  "baseFeePerGas",
  "withdrawalsRoot",
  "blobGasUsed",
  "excessBlobGas",
  "parentBeaconBlockRoot",
  "requestsHash",
  "blockAccessListHash",
];
/** Those that are numbers; all others are hashed as the bytes that they are. */
const INTEGERS = new Set([
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "baseFeePerGas",
  "blobGasUsed",
  "excessBlobGas",
]);
/** The fields that every chain since London has; the rest came one after the other. */
const REQUIRED = 16;

/**
 * RLP of a block's header. Throws LloomError CHAIN_MISMATCH if its hash is not the block's own: then the chain has
 * header fields that are not known here, or the node answered with another block.
 */
export function encodeHeader(block: RpcBlock): Hex {
  const present = FIELDS.filter((name, index) => index < REQUIRED || block[name] !== undefined);
  const body = concatenated(present.map((name) => rlpString(fieldBytes(block, name))));
  const header = concatenated([rlpPrefix(0xc0, body.length), body]);
  const hash = bytesToHex(keccak256(header));
  if (hash !== block["hash"]) {
    throw new LloomError("CHAIN_MISMATCH", `The header of block ${String(block["number"])} has hash ${hash}.`);
  }
  return bytesToHex(header);
}

function fieldBytes(block: RpcBlock, name: string): Uint8Array {
  const value = block[name];
  if (typeof value !== "string") throw new LloomError("REQUEST_INVALID", `The block has no ${name}.`);
  if (!INTEGERS.has(name)) return hexToBytes(value);
  // An integer is its bytes without leading zeros; zero has none.
  const digits = value.replace(/0x0*/, "");
  return hexToBytes(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}

function rlpString(bytes: Uint8Array): Uint8Array {
  const [first] = bytes;
  if (bytes.length === 1 && first !== undefined && first < 0x80) return bytes;
  return concatenated([rlpPrefix(0x80, bytes.length), bytes]);
}

/** Up to 55 bytes the length stands in the prefix itself, above in so many bytes after it. */
function rlpPrefix(offset: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(offset + length);
  const digits = length.toString(16);
  const bytes = hexToBytes(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
  return concatenated([Uint8Array.of(offset + 55 + bytes.length), bytes]);
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
