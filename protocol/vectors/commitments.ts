import type { Hex } from "../src/commitment-types.ts";
import { type CommitmentHasher, EIP712_TYPES } from "../src/commitments.ts";
import { DOMAINS, type DomainName, HASHERS, PARTIES, repeated } from "./parties.ts";

/** Values of each signed type: one as it occurs, one of zeros, one of the largest numbers. */
export const VALUES = {
  LlmRequestCommitment: {
    typical: {
      client: PARTIES.client.address,
      executor: PARTIES.executor.address,
      model: "lloom-tiny",
      promptHash: repeated(0xa1),
      paramsHash: repeated(0xa2),
      maxInboundTokens: 2_048n,
      maxOutboundTokens: 512n,
      inboundPrice: 150_000n,
      outboundPrice: 600_000n,
      lane: 7n,
      nonce: 3n,
      ackedCost: 1_234n,
      costCap: 5_000n,
      prevResponseHash: repeated(0xa3),
      deadline: 1_900_000_000n,
    },
    zeros: {
      client: `0x${"00".repeat(20)}`,
      executor: `0x${"00".repeat(20)}`,
      model: "",
      promptHash: repeated(0),
      paramsHash: repeated(0),
      maxInboundTokens: 0n,
      maxOutboundTokens: 0n,
      inboundPrice: 0n,
      outboundPrice: 0n,
      lane: 0n,
      nonce: 0n,
      ackedCost: 0n,
      costCap: 0n,
      prevResponseHash: repeated(0),
      deadline: 0n,
    },
    largest: {
      client: `0x${"ff".repeat(20)}`,
      executor: `0x${"fe".repeat(20)}`,
      model: "模型 🧶 \u0000",
      promptHash: repeated(0xff),
      paramsHash: repeated(0xfe),
      maxInboundTokens: 2n ** 32n - 1n,
      maxOutboundTokens: 2n ** 32n - 2n,
      inboundPrice: 2n ** 96n - 1n,
      outboundPrice: 2n ** 96n - 2n,
      lane: 2n ** 64n - 1n,
      nonce: 2n ** 32n - 3n,
      ackedCost: 2n ** 96n - 3n,
      costCap: 2n ** 96n - 4n,
      prevResponseHash: repeated(0xfd),
      deadline: 2n ** 40n - 1n,
    },
  },
  LlmResponseCommitment: {
    typical: {
      requestHash: repeated(0xb1),
      contentHash: repeated(0xb2),
      deliveryHash: repeated(0xb3),
      traceRoot: repeated(0),
      inboundTokens: 40n,
      outboundTokens: 100n,
      cumulativeCost: 1_300n,
      cumulativeInbound: 400n,
      cumulativeOutbound: 1_000n,
      timestamp: 1_899_999_990n,
      finishReason: 1n,
    },
    largest: {
      requestHash: repeated(0xff),
      contentHash: repeated(0xfe),
      deliveryHash: repeated(0xfd),
      traceRoot: repeated(0xfc),
      inboundTokens: 2n ** 32n - 1n,
      outboundTokens: 2n ** 32n - 2n,
      cumulativeCost: 2n ** 96n - 1n,
      cumulativeInbound: 2n ** 64n - 1n,
      cumulativeOutbound: 2n ** 64n - 2n,
      timestamp: 2n ** 40n - 1n,
      finishReason: 255n,
    },
  },
  ModelOffer: {
    typical: {
      executor: PARTIES.executor.address,
      offerId: 1n,
      model: "lloom-tiny",
      weightsHash: repeated(0xc1),
      profileHash: repeated(0xc2),
      inboundPrice: 150_000n,
      outboundPrice: 600_000n,
      maxContext: 4_096n,
      validUntil: 1_900_000_000n,
    },
    largest: {
      executor: `0x${"ff".repeat(20)}`,
      offerId: 2n ** 64n - 1n,
      model: "m".repeat(200),
      weightsHash: repeated(0xff),
      profileHash: repeated(0xfe),
      inboundPrice: 2n ** 96n - 1n,
      outboundPrice: 2n ** 96n - 2n,
      maxContext: 2n ** 32n - 1n,
      validUntil: 2n ** 40n - 1n,
    },
  },
  Allocation: {
    typical: {
      client: PARTIES.client.address,
      executor: PARTIES.executor.address,
      amount: 25_000_000n,
      nonce: 1n,
      deadline: 1_900_000_000n,
    },
    largest: {
      client: `0x${"ff".repeat(20)}`,
      executor: `0x${"fe".repeat(20)}`,
      amount: 2n ** 96n - 1n,
      nonce: 2n ** 256n - 1n,
      deadline: 2n ** 40n - 1n,
    },
  },
  Unlock: {
    typical: {
      client: PARTIES.client.address,
      executor: PARTIES.executor.address,
      amount: 4_000_000n,
      nonce: 2n,
      deadline: 1_900_000_000n,
    },
    largest: {
      client: `0x${"ff".repeat(20)}`,
      executor: `0x${"fe".repeat(20)}`,
      amount: 2n ** 96n - 1n,
      nonce: 2n ** 256n - 1n,
      deadline: 2n ** 40n - 1n,
    },
  },
  Withdrawal: {
    typical: {
      client: PARTIES.client.address,
      to: PARTIES.stranger.address,
      amount: 3_000_000n,
      nonce: 3n,
      deadline: 1_900_000_000n,
    },
    largest: {
      client: `0x${"ff".repeat(20)}`,
      to: `0x${"fe".repeat(20)}`,
      amount: 2n ** 256n - 1n,
      nonce: 2n ** 256n - 2n,
      deadline: 2n ** 40n - 1n,
    },
  },
  SignerAuthorization: {
    typical: {
      principal: PARTIES.client.address,
      signer: PARTIES.stranger.address,
      deadline: 1_900_000_000n,
      nonce: 5n,
    },
    largest: {
      principal: `0x${"ff".repeat(20)}`,
      signer: `0x${"fe".repeat(20)}`,
      deadline: 2n ** 40n - 1n,
      nonce: 2n ** 256n - 1n,
    },
  },
  ResponseAck: {
    typical: { requestHash: repeated(0xd1), responseHash: repeated(0xd2) },
    largest: { requestHash: repeated(0xff), responseHash: repeated(0xfe) },
  },
} as const;

export type TypeName = keyof typeof VALUES;

/** Every value of every type with its digest by one hasher. */
function digests(hasher: CommitmentHasher): { type: TypeName; name: string; value: object; digest: Hex }[] {
  const each = <Value extends object>(type: TypeName, values: Record<string, Value>, hash: (value: Value) => Hex) =>
    Object.entries(values).map(([name, value]) => ({ type, name, value, digest: hash(value) }));
  return [
    ...each("LlmRequestCommitment", VALUES.LlmRequestCommitment, hasher.hashRequest),
    ...each("LlmResponseCommitment", VALUES.LlmResponseCommitment, hasher.hashResponse),
    ...each("ModelOffer", VALUES.ModelOffer, hasher.hashOffer),
    ...each("Allocation", VALUES.Allocation, hasher.hashAllocation),
    ...each("Unlock", VALUES.Unlock, hasher.hashUnlock),
    ...each("Withdrawal", VALUES.Withdrawal, hasher.hashWithdrawal),
    ...each("SignerAuthorization", VALUES.SignerAuthorization, hasher.hashSignerAuthorization),
    ...each("ResponseAck", VALUES.ResponseAck, hasher.hashResponseAck),
  ];
}

/** commitments.json: the types, and the digest of each value at each deployment. */
export function commitmentVectors() {
  const names = Object.keys(DOMAINS) as DomainName[];
  const { EIP712Domain: _, ...types } = EIP712_TYPES;
  return {
    types,
    domains: names.map((domain) => ({
      domain,
      name: "Lloom",
      version: "2",
      chainId: DOMAINS[domain].chainId,
      verifyingContract: DOMAINS[domain].accounting,
      domainSeparator: HASHERS[domain].domainSeparator,
    })),
    digests: names.flatMap((domain) => digests(HASHERS[domain]).map((vector) => ({ domain, ...vector }))),
  };
}
