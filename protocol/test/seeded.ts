/** Random values for property tests: the same for the same seed, with the edges of every range drawn often. */
import type {
  Address,
  Allocation,
  Hex,
  ModelOffer,
  RequestCommitment,
  ResponseAck,
  ResponseCommitment,
  SignerAuthorization,
  Unlock,
  Withdrawal,
} from "../src/commitment-types.ts";
import { bytesToHex } from "../src/hex.ts";

export interface Seeded {
  /** A number from 0 up to, but not including, `limit` (at most 2^32). */
  below(limit: number): number;
  bytes(length: number): Uint8Array;
  hash(): Hex;
  address(): Address;
  /** An unsigned integer of so many bits: one of three is 0, 1 or the largest. */
  uint(bits: number): bigint;
  text(maxLength: number): string;
}

/** Characters of one, two, three and four bytes, with those that JSON and decoders treat in their own way. */
const ALPHABET = [
  "a",
  "Z",
  "0",
  " ",
  '"',
  "\\",
  "\n",
  "\u0000",
  "\u007f",
  "é",
  "ß",
  "漢",
  "\ufeff",
  "\u2028",
  "🧶",
  "👩‍🚀",
];

export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  /** splitmix32 */
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((next() / 0x1_0000_0000) * limit);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));
  const uint = (bits: number): bigint => {
    const maximum = (1n << BigInt(bits)) - 1n;
    const edge = [0n, 1n, maximum][below(9)];
    return edge ?? BigInt(bytesToHex(bytes(Math.ceil(bits / 8)))) & maximum;
  };
  return {
    below,
    bytes,
    hash: () => bytesToHex(bytes(32)),
    address: () => bytesToHex(bytes(20)),
    uint,
    text: (maxLength) => Array.from({ length: below(maxLength + 1) }, () => ALPHABET[below(ALPHABET.length)]).join(""),
  };
}

export const randomRequest = (random: Seeded): RequestCommitment => ({
  client: random.address(),
  executor: random.address(),
  model: `m${random.text(20)}`,
  promptHash: random.hash(),
  paramsHash: random.hash(),
  maxInboundTokens: random.uint(32),
  maxOutboundTokens: random.uint(32),
  inboundPrice: random.uint(96),
  outboundPrice: random.uint(96),
  lane: random.uint(64),
  nonce: random.uint(32) || 1n,
  ackedCost: random.uint(96),
  costCap: random.uint(96),
  prevResponseHash: random.hash(),
  deadline: random.uint(40),
});

export const randomResponse = (random: Seeded): ResponseCommitment => ({
  requestHash: random.hash(),
  contentHash: random.hash(),
  deliveryHash: random.hash(),
  traceRoot: random.hash(),
  inboundTokens: random.uint(32),
  outboundTokens: random.uint(32),
  cumulativeCost: random.uint(96),
  cumulativeInbound: random.uint(64),
  cumulativeOutbound: random.uint(64),
  timestamp: random.uint(40),
  finishReason: BigInt(random.below(4)),
});

export const randomOffer = (random: Seeded): ModelOffer => ({
  executor: random.address(),
  offerId: random.uint(64),
  model: `m${random.text(20)}`,
  weightsHash: random.hash(),
  profileHash: random.hash(),
  inboundPrice: random.uint(96),
  outboundPrice: random.uint(96),
  maxContext: random.uint(32),
  validUntil: random.uint(40),
});

export const randomAllocation = (random: Seeded): Allocation => ({
  client: random.address(),
  executor: random.address(),
  amount: random.uint(96),
  nonce: random.uint(256),
  deadline: random.uint(40),
});

export const randomUnlock = (random: Seeded): Unlock => randomAllocation(random);

export const randomWithdrawal = (random: Seeded): Withdrawal => ({
  client: random.address(),
  to: random.address(),
  amount: random.uint(256),
  nonce: random.uint(256),
  deadline: random.uint(40),
});

export const randomSignerAuthorization = (random: Seeded): SignerAuthorization => ({
  principal: random.address(),
  signer: random.address(),
  deadline: random.uint(40),
  nonce: random.uint(256),
});

export const randomResponseAck = (random: Seeded): ResponseAck => ({
  requestHash: random.hash(),
  responseHash: random.hash(),
});
