import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Address, CompactSignature, Hex } from "../src/commitment-types.ts";
import { hexToBytes } from "../src/hex.ts";
import { MAX_S, recoverAddress, signDigest } from "../src/signatures.ts";
import { VALUES } from "./commitments.ts";
import { HASHERS, PARTIES, type Party, repeated } from "./parties.ts";

const ORDER = secp256k1.Point.Fn.ORDER;
const HIGH_BIT = 1n << 255n;

const { main, otherContract, otherChain } = HASHERS;
const request = VALUES.LlmRequestCommitment.typical;
const response = VALUES.LlmResponseCommitment.typical;

const sign = (digest: Hex, { secret }: Party): CompactSignature => signDigest(digest, hexToBytes(secret));
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;

interface SignatureVector {
  readonly name: string;
  readonly digest: Hex;
  readonly signature: CompactSignature;
  /** Who should have signed. */
  readonly claimed: Address;
  /** Whom the contract recovers; null for nobody. */
  readonly recovered: Address | null;
  readonly valid: boolean;
}

/** A digest signed by its rightful signer. */
function rightful(name: string, digest: Hex, signer: Party): SignatureVector {
  const { address } = signer;
  return { name, digest, signature: sign(digest, signer), claimed: address, recovered: address, valid: true };
}

/** A signature that recovers somebody, but not the one that it is claimed for. */
function foreign(name: string, digest: Hex, signature: CompactSignature): SignatureVector {
  const claimed = PARTIES.client.address;
  return { name, digest, signature, claimed, recovered: recoverAddress(digest, signature) ?? null, valid: false };
}

/** A signature that recovers nobody. */
function broken(name: string, digest: Hex, signature: CompactSignature): SignatureVector {
  return { name, digest, signature, claimed: PARTIES.client.address, recovered: null, valid: false };
}

/**
 * A digest whose plain ECDSA signature by the client has an `s` of one above half the order. It is solved for the wanted
 * `s`, because nearly all larger ones have no room beside the recovery bit.
 */
function highS(): SignatureVector {
  const { x, y } = secp256k1.Point.BASE.multiply(7n).toAffine();
  const s = MAX_S + 1n;
  const digest = secp256k1.Point.Fn.create(s * 7n - x * BigInt(PARTIES.client.secret));
  const vs = word(s | ((y & 1n) === 0n ? 0n : HIGH_BIT));
  return broken("s is one above half the order, else right", word(digest), { r: word(x), vs });
}

/** signatures.json: who is recovered from which signature. */
export function signatureVectors() {
  const digest = main.hashRequest(request);
  const right = sign(digest, PARTIES.client);
  const vectors: SignatureVector[] = [
    rightful("request by its client", digest, PARTIES.client),
    rightful("response by its executor", main.hashResponse(response), PARTIES.executor),
    rightful("offer by its executor", main.hashOffer(VALUES.ModelOffer.typical), PARTIES.executor),
    rightful("allocation by its client", main.hashAllocation(VALUES.Allocation.typical), PARTIES.client),
    rightful(
      "authorization by the session signer",
      main.hashSignerAuthorization(VALUES.SignerAuthorization.typical),
      PARTIES.stranger,
    ),
    rightful("acknowledgement by the client", main.hashResponseAck(VALUES.ResponseAck.typical), PARTIES.client),
    foreign("request by a stranger", digest, sign(digest, PARTIES.stranger)),
    foreign("for the contract at another address", digest, sign(otherContract.hashRequest(request), PARTIES.client)),
    foreign("for another chain", digest, sign(otherChain.hashRequest(request), PARTIES.client)),
    foreign("other recovery bit", digest, { r: right.r, vs: word(BigInt(right.vs) ^ HIGH_BIT) }),
    foreign("s is exactly half the order", digest, { r: right.r, vs: word(MAX_S) }),
    highS(),
    broken("r is zero", digest, { r: repeated(0), vs: right.vs }),
    broken("s is zero", digest, { r: right.r, vs: repeated(0) }),
    broken("r is the order", digest, { r: word(ORDER), vs: right.vs }),
    broken("r is no x of the curve", digest, { r: word(5n), vs: right.vs }),
  ];
  return { parties: PARTIES, order: word(ORDER), vectors };
}
