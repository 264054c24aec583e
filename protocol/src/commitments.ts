/**
 * The signed types as EIP-712, hashed by hand-packed words.
 *
 * A signature library parses the type on every call; at 1 500 requests a second that is most of a core. The tests hold
 * every type against ethers' encoder and against the compiled contract.
 */
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
} from "./commitment-types.ts";
import { bytesToHex } from "./hex.ts";
import { createStructHasher, type Field } from "./struct-encoder.ts";
import { createDigester } from "./typed-data-digest.ts";

/** The deployment that signatures are for; they are worth nothing at any other. */
export interface CommitmentDomain {
  readonly chainId: bigint;
  /** Address of AccountingV2. */
  readonly accounting: Address;
}

/** Name and version of the EIP-712 domain. */
export const COMMITMENT_DOMAIN = { name: "Lloom", version: "2" } as const;

/** The deployment as every digest has it. */
interface DomainStruct {
  readonly name: string;
  readonly version: string;
  readonly chainId: bigint;
  readonly verifyingContract: Address;
}

/** Which value each type is made from. */
interface Structs {
  EIP712Domain: DomainStruct;
  LlmRequestCommitment: RequestCommitment;
  LlmResponseCommitment: ResponseCommitment;
  ModelOffer: ModelOffer;
  Allocation: Allocation;
  Unlock: Unlock;
  Withdrawal: Withdrawal;
  SignerAuthorization: SignerAuthorization;
  ResponseAck: ResponseAck;
}

/**
 * Fields of every signed type in their signed order, and of the domain, as wallets take them (`eth_signTypedData_v4`): one
 * that is given no EIP712Domain hashes an empty one. ethers makes the domain's type itself and refuses it among the others.
 * The contract's structs are the same, but for `model`: calldata carries the hash of the signed string.
 */
export const EIP712_TYPES = {
  EIP712Domain: [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
  ],
  LlmRequestCommitment: [
    { name: "client", type: "address" },
    { name: "executor", type: "address" },
    { name: "model", type: "string" },
    { name: "promptHash", type: "bytes32" },
    { name: "paramsHash", type: "bytes32" },
    { name: "maxInboundTokens", type: "uint32" },
    { name: "maxOutboundTokens", type: "uint32" },
    { name: "inboundPrice", type: "uint96" },
    { name: "outboundPrice", type: "uint96" },
    { name: "lane", type: "uint64" },
    { name: "nonce", type: "uint32" },
    { name: "ackedCost", type: "uint96" },
    { name: "costCap", type: "uint96" },
    { name: "prevResponseHash", type: "bytes32" },
    { name: "deadline", type: "uint40" },
  ],
  LlmResponseCommitment: [
    { name: "requestHash", type: "bytes32" },
    { name: "contentHash", type: "bytes32" },
    { name: "deliveryHash", type: "bytes32" },
    { name: "traceRoot", type: "bytes32" },
    { name: "inboundTokens", type: "uint32" },
    { name: "outboundTokens", type: "uint32" },
    { name: "cumulativeCost", type: "uint96" },
    { name: "cumulativeInbound", type: "uint64" },
    { name: "cumulativeOutbound", type: "uint64" },
    { name: "timestamp", type: "uint40" },
    { name: "finishReason", type: "uint8" },
  ],
  ModelOffer: [
    { name: "executor", type: "address" },
    { name: "offerId", type: "uint64" },
    { name: "model", type: "string" },
    { name: "weightsHash", type: "bytes32" },
    { name: "profileHash", type: "bytes32" },
    { name: "inboundPrice", type: "uint96" },
    { name: "outboundPrice", type: "uint96" },
    { name: "maxContext", type: "uint32" },
    { name: "validUntil", type: "uint40" },
  ],
  Allocation: [
    { name: "client", type: "address" },
    { name: "executor", type: "address" },
    { name: "amount", type: "uint96" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
  Unlock: [
    { name: "client", type: "address" },
    { name: "executor", type: "address" },
    { name: "amount", type: "uint96" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
  Withdrawal: [
    { name: "client", type: "address" },
    { name: "to", type: "address" },
    { name: "amount", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
  SignerAuthorization: [
    { name: "principal", type: "address" },
    { name: "signer", type: "address" },
    { name: "deadline", type: "uint40" },
    { name: "nonce", type: "uint256" },
  ],
  ResponseAck: [
    { name: "requestHash", type: "bytes32" },
    { name: "responseHash", type: "bytes32" },
  ],
} as const satisfies { [Name in keyof Structs]: readonly Field<keyof Structs[Name] & string>[] };

/** Hashes the signed types for one deployment. Every hash is the whole EIP-712 digest, and so the thing's id. */
export interface CommitmentHasher {
  readonly domain: CommitmentDomain;
  /** What the contract's `domainSeparator()` must return. */
  readonly domainSeparator: Hex;
  hashRequest(request: RequestCommitment): Hex;
  hashResponse(response: ResponseCommitment): Hex;
  hashOffer(offer: ModelOffer): Hex;
  hashAllocation(allocation: Allocation): Hex;
  hashUnlock(unlock: Unlock): Hex;
  hashWithdrawal(withdrawal: Withdrawal): Hex;
  hashSignerAuthorization(authorization: SignerAuthorization): Hex;
  hashResponseAck(ack: ResponseAck): Hex;
}

const hashStruct = {
  domain: createStructHasher<DomainStruct>("EIP712Domain", EIP712_TYPES.EIP712Domain),
  request: createStructHasher<RequestCommitment>("LlmRequestCommitment", EIP712_TYPES.LlmRequestCommitment),
  response: createStructHasher<ResponseCommitment>("LlmResponseCommitment", EIP712_TYPES.LlmResponseCommitment),
  offer: createStructHasher<ModelOffer>("ModelOffer", EIP712_TYPES.ModelOffer),
  allocation: createStructHasher<Allocation>("Allocation", EIP712_TYPES.Allocation),
  unlock: createStructHasher<Unlock>("Unlock", EIP712_TYPES.Unlock),
  withdrawal: createStructHasher<Withdrawal>("Withdrawal", EIP712_TYPES.Withdrawal),
  signerAuthorization: createStructHasher<SignerAuthorization>("SignerAuthorization", EIP712_TYPES.SignerAuthorization),
  responseAck: createStructHasher<ResponseAck>("ResponseAck", EIP712_TYPES.ResponseAck),
};

/** A hasher bound to one deployment. All its functions throw LloomError REQUEST_INVALID, naming a field out of range. */
export function createCommitmentHasher(domain: CommitmentDomain): CommitmentHasher {
  const separator = hashStruct.domain({
    ...COMMITMENT_DOMAIN,
    chainId: domain.chainId,
    verifyingContract: domain.accounting,
  });
  const digest = createDigester(separator);
  return {
    domain,
    domainSeparator: bytesToHex(separator),
    hashRequest: (request) => digest(hashStruct.request(request)),
    hashResponse: (response) => digest(hashStruct.response(response)),
    hashOffer: (offer) => digest(hashStruct.offer(offer)),
    hashAllocation: (allocation) => digest(hashStruct.allocation(allocation)),
    hashUnlock: (unlock) => digest(hashStruct.unlock(unlock)),
    hashWithdrawal: (withdrawal) => digest(hashStruct.withdrawal(withdrawal)),
    hashSignerAuthorization: (authorization) => digest(hashStruct.signerAuthorization(authorization)),
    hashResponseAck: (ack) => digest(hashStruct.responseAck(ack)),
  };
}

/** What a wallet signs by EIP-712, in words that it can show to whoever has to agree. */
export interface TypedData {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: bigint;
    readonly verifyingContract: Address;
  };
  readonly primaryType: string;
  /** Of the primary type alone: none of ours holds another. */
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  readonly message: Readonly<Record<string, string | bigint>>;
}

/** As `eth_signTypedData_v4` takes it: with the domain's own type, and numbers as text, since JSON's lose digits. */
export const walletTypedData = ({ domain, primaryType, fields, message }: TypedData): object => ({
  types: { EIP712Domain: EIP712_TYPES.EIP712Domain, [primaryType]: fields },
  primaryType,
  domain: { ...domain, chainId: String(domain.chainId) },
  message: Object.fromEntries(Object.entries(message).map(([name, value]) => [name, String(value)])),
});
