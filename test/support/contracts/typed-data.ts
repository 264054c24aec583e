import { id, type TypedDataDomain, TypedDataEncoder, type TypedDataField, type Wallet, ZeroHash } from "ethers";

/** The signed types as ethers sees them: written down once more here, so that they check the contract's own. */
const field = (declaration: string): TypedDataField => {
  const [type = "", name = ""] = declaration.split(" ");
  return { type, name };
};

export const REQUEST_TYPES = {
  LlmRequestCommitment: [
    "address client",
    "address executor",
    "string model",
    "bytes32 promptHash",
    "bytes32 paramsHash",
    "uint32 maxInboundTokens",
    "uint32 maxOutboundTokens",
    "uint96 inboundPrice",
    "uint96 outboundPrice",
    "uint64 lane",
    "uint32 nonce",
    "uint96 ackedCost",
    "uint96 costCap",
    "bytes32 prevResponseHash",
    "uint40 deadline",
  ].map(field),
};

export const RESPONSE_TYPES = {
  LlmResponseCommitment: [
    "bytes32 requestHash",
    "bytes32 contentHash",
    "bytes32 deliveryHash",
    "bytes32 traceRoot",
    "uint32 inboundTokens",
    "uint32 outboundTokens",
    "uint96 cumulativeCost",
    "uint64 cumulativeInbound",
    "uint64 cumulativeOutbound",
    "uint40 timestamp",
    "uint8 finishReason",
  ].map(field),
};

export const ALLOCATION_TYPES = {
  Allocation: ["address client", "address executor", "uint96 amount", "uint256 nonce", "uint40 deadline"].map(field),
};

export const SIGNER_AUTHORIZATION_TYPES = {
  SignerAuthorization: ["address principal", "address signer", "uint40 deadline", "uint256 nonce"].map(field),
};

export const OFFER_TYPES = {
  ModelOffer: [
    "address executor",
    "uint64 offerId",
    "string model",
    "bytes32 weightsHash",
    "bytes32 profileHash",
    "uint96 inboundPrice",
    "uint96 outboundPrice",
    "uint32 maxContext",
    "uint40 validUntil",
  ].map(field),
};

export const DISPUTE_CONSENT_TYPES = { DisputeConsent: ["address challenger", "bytes32 requestHash"].map(field) };

/** A request as it is signed, with the model's name. */
export interface RequestMessage {
  readonly client: string;
  readonly executor: string;
  readonly model: string;
  readonly promptHash: string;
  readonly paramsHash: string;
  readonly maxInboundTokens: bigint;
  readonly maxOutboundTokens: bigint;
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  readonly lane: bigint;
  readonly nonce: bigint;
  readonly ackedCost: bigint;
  readonly costCap: bigint;
  readonly prevResponseHash: string;
  readonly deadline: bigint;
}

export interface ResponseMessage {
  readonly requestHash: string;
  readonly contentHash: string;
  readonly deliveryHash: string;
  readonly traceRoot: string;
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
  readonly cumulativeCost: bigint;
  readonly cumulativeInbound: bigint;
  readonly cumulativeOutbound: bigint;
  readonly timestamp: bigint;
  readonly finishReason: bigint;
}

export interface CompactSignature {
  readonly r: string;
  readonly vs: string;
}

/** A signed pair as the contract takes it: the model's hash in the place of its name. */
export interface SignedPair {
  readonly request: RequestMessage;
  readonly response: ResponseMessage;
  readonly clientSignature: CompactSignature;
  readonly executorSignature: CompactSignature;
}

export const hashRequest = (domain: TypedDataDomain, request: RequestMessage): string =>
  TypedDataEncoder.hash(domain, REQUEST_TYPES, request);

export const hashResponse = (domain: TypedDataDomain, response: ResponseMessage): string =>
  TypedDataEncoder.hash(domain, RESPONSE_TYPES, response);

export const signDigest = (signer: Wallet, digest: string): CompactSignature => {
  const { r, yParityAndS } = signer.signingKey.sign(digest);
  return { r, vs: yParityAndS };
};

/** Calldata's form of a signed request. */
export const encodeModel = (request: RequestMessage): RequestMessage => ({ ...request, model: id(request.model) });

/** ceil((in * inPrice + out * outPrice) / 1e6), the sum of one answer in base units. */
export const costUp = (request: RequestMessage, inboundTokens: bigint, outboundTokens: bigint): bigint =>
  (inboundTokens * request.inboundPrice + outboundTokens * request.outboundPrice + 999_999n) / 1_000_000n;

export const NO_HASH = ZeroHash;

/** Why the contract does not accept a pair, in its order. */
export const REJECTION = {
  None: 0n,
  ClientSignature: 1n,
  ExecutorSignature: 2n,
  RequestHash: 3n,
  Nonce: 4n,
  InboundTokens: 5n,
  OutboundTokens: 6n,
  FinishReason: 7n,
  CostArithmetic: 8n,
  CostCap: 9n,
  AcknowledgedCost: 10n,
  Expired: 11n,
  NothingToPay: 12n,
  Disputed: 13n,
} as const;
