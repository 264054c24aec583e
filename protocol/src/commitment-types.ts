/** The signed types as TypeScript sees them: addresses and hashes as 0x-prefixed lower-case hex, integers as bigint. */

/** 20 bytes, 0x-prefixed lower-case hex. */
export type Address = `0x${string}`;
/** Any bytes, 0x-prefixed lower-case hex; hashes are 32 of them. */
export type Hex = `0x${string}`;

/** What the client signs: prices, limits, and everything it has accepted so far in the lane. */
export interface RequestCommitment {
  readonly client: Address;
  readonly executor: Address;
  /** The name; calldata carries its keccak256. */
  readonly model: string;
  readonly promptHash: Hex;
  readonly paramsHash: Hex;
  readonly maxInboundTokens: bigint;
  readonly maxOutboundTokens: bigint;
  /** Base units of the payment token per 1 000 000 tokens. */
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  readonly lane: bigint;
  /** From 1, strictly increasing in the lane. */
  readonly nonce: bigint;
  /** Base units: `cumulativeCost` of the response that this request acknowledges. */
  readonly ackedCost: bigint;
  /** Base units: most that the lane may cost after this answer. */
  readonly costCap: bigint;
  /** Digest of the acknowledged response; zero for the first of a lane. */
  readonly prevResponseHash: Hex;
  /** Unix seconds. */
  readonly deadline: bigint;
}

/** What the executor signs after an answer. */
export interface ResponseCommitment {
  readonly requestHash: Hex;
  readonly contentHash: Hex;
  readonly deliveryHash: Hex;
  readonly traceRoot: Hex;
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
  readonly cumulativeCost: bigint;
  readonly cumulativeInbound: bigint;
  readonly cumulativeOutbound: bigint;
  /** Unix seconds, executor's clock. */
  readonly timestamp: bigint;
  /** See FINISH_REASONS. */
  readonly finishReason: bigint;
}

/** An executor's price for a model. */
export interface ModelOffer {
  readonly executor: Address;
  readonly offerId: bigint;
  readonly model: string;
  /** Hash of the weights' file; zero if the executor does not know it (a remote backend). */
  readonly weightsHash: Hex;
  /** Hash of the backend's settings that change answers; zero if unknown. */
  readonly profileHash: Hex;
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  /** Tokens, prompt and answer together. */
  readonly maxContext: bigint;
  /** Unix seconds. */
  readonly validUntil: bigint;
}

/** Gasless funding of a channel, signed by the client. */
export interface Allocation {
  readonly client: Address;
  readonly executor: Address;
  readonly amount: bigint;
  readonly nonce: bigint;
  readonly deadline: bigint;
}

/** Asks for money of a channel back, for anybody to send: `requestUnlockBySig`. Signed by the client or a session key. */
export interface Unlock {
  readonly client: Address;
  readonly executor: Address;
  readonly amount: bigint;
  /** Unordered: each number once per client, whatever is signed. */
  readonly nonce: bigint;
  /** Unix seconds. */
  readonly deadline: bigint;
}

/** Pays free deposit out, for anybody to send: `withdrawBySig`. A session key pays to its client alone. */
export interface Withdrawal {
  readonly client: Address;
  readonly to: Address;
  readonly amount: bigint;
  /** As of an unlock. */
  readonly nonce: bigint;
  /** Unix seconds. */
  readonly deadline: bigint;
}

/** Signed by a session key: it agrees to sign for the principal. Proof of possession in `authorizeSigner`. */
export interface SignerAuthorization {
  readonly principal: Address;
  readonly signer: Address;
  /** Unix seconds. */
  readonly deadline: bigint;
  readonly nonce: bigint;
}

/** The client has received an answer and accepts it: closes the lane's tail without another request. */
export interface ResponseAck {
  readonly requestHash: Hex;
  readonly responseHash: Hex;
}

/** ERC-2098: `vs` is `s` with the recovery bit on top; `s` is low. */
export interface CompactSignature {
  readonly r: Hex;
  readonly vs: Hex;
}

/** A signed request with its signed response: proof of one answer, and of the whole lane before it. */
export interface Receipt {
  readonly request: RequestCommitment;
  readonly response: ResponseCommitment;
  readonly clientSignature: CompactSignature;
  readonly executorSignature: CompactSignature;
}

/** `finishReason` on the wire; the index is the signed number. A failed answer costs nothing. */
export const FINISH_REASONS = ["failed", "stop", "length", "cancelled"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;
