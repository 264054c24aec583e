import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Address, CompactSignature, Hex } from "../src/commitment-types.ts";
import type { CommitmentHasher } from "../src/commitments.ts";
import { hashDeliveryConcession } from "../src/delivery-concession.ts";
import { hashDeliveryConsent } from "../src/delivery-consent.ts";
import { hashDisputeConsent } from "../src/dispute-consent.ts";
import { hexToBytes } from "../src/hex.ts";
import { MAX_S, recoverAddress, signDigest } from "../src/signatures.ts";
import { VALUES } from "./commitments.ts";
import { CONCESSIONS, CONSENTS, OPENINGS } from "./disputes.ts";
import { HASHERS, PARTIES, type Party, repeated } from "./parties.ts";

const ORDER = secp256k1.Point.Fn.ORDER;
const HIGH_BIT = 1n << 255n;

const { main } = HASHERS;

type Kind = "right" | "by somebody else" | "for another contract" | "for another chain" | "with the twin's high s";

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

interface TypeVector extends Omit<SignatureVector, "name"> {
  readonly type: string;
  readonly kind: Kind;
}

/** A signed type: who has to sign its typical value, who else tries, and the value's digest at a deployment. */
interface SignedType {
  readonly type: string;
  readonly signer: Party;
  readonly other: Party;
  readonly digestAt: (deployment: CommitmentHasher) => Hex;
}

const { client, executor, stranger } = PARTIES;

const SIGNED_TYPES: readonly SignedType[] = [
  {
    type: "LlmRequestCommitment",
    signer: client,
    other: stranger,
    digestAt: ({ hashRequest }) => hashRequest(VALUES.LlmRequestCommitment.typical),
  },
  {
    type: "LlmResponseCommitment",
    signer: executor,
    other: client,
    digestAt: ({ hashResponse }) => hashResponse(VALUES.LlmResponseCommitment.typical),
  },
  {
    type: "ModelOffer",
    signer: executor,
    other: stranger,
    digestAt: ({ hashOffer }) => hashOffer(VALUES.ModelOffer.typical),
  },
  {
    type: "Allocation",
    signer: client,
    other: executor,
    digestAt: ({ hashAllocation }) => hashAllocation(VALUES.Allocation.typical),
  },
  {
    type: "Unlock",
    signer: client,
    other: executor,
    digestAt: ({ hashUnlock }) => hashUnlock(VALUES.Unlock.typical),
  },
  {
    type: "Withdrawal",
    signer: client,
    other: stranger,
    digestAt: ({ hashWithdrawal }) => hashWithdrawal(VALUES.Withdrawal.typical),
  },
  {
    type: "SignerAuthorization",
    signer: stranger,
    other: client,
    digestAt: ({ hashSignerAuthorization }) => hashSignerAuthorization(VALUES.SignerAuthorization.typical),
  },
  {
    type: "ResponseAck",
    signer: client,
    other: executor,
    digestAt: ({ hashResponseAck }) => hashResponseAck(VALUES.ResponseAck.typical),
  },
  {
    type: "DisputeConsent",
    signer: client,
    other: stranger,
    digestAt: ({ domainSeparator }) => hashDisputeConsent(domainSeparator, CONSENTS.typical),
  },
  {
    type: "DeliveryConsent",
    signer: client,
    other: stranger,
    digestAt: ({ domainSeparator }) => hashDeliveryConsent(domainSeparator, OPENINGS.typical),
  },
  {
    type: "DeliveryConcession",
    signer: executor,
    other: client,
    digestAt: ({ domainSeparator }) => hashDeliveryConcession(domainSeparator, CONCESSIONS.typical),
  },
];

const sign = (digest: Hex, { secret }: Party): CompactSignature => signDigest(digest, hexToBytes(secret));
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;

/**
 * The other ECDSA signature of the same key and digest. Its high `s` leaves no room for the recovery bit, so that it reads
 * as another signature: nobody gets a second valid one out of a first.
 */
const twinOf = ({ r, vs }: CompactSignature): CompactSignature => ({ r, vs: word(ORDER - (BigInt(vs) % HIGH_BIT)) });

/** The right signature of a type's typical value, and all the wrong ones that could be taken for it. */
function typeVectors({ type, signer, other, digestAt }: SignedType): TypeVector[] {
  const digest = digestAt(main);
  const right = sign(digest, signer);
  const signatures: Readonly<Record<Kind, CompactSignature>> = {
    right,
    "by somebody else": sign(digest, other),
    "for another contract": sign(digestAt(HASHERS.otherContract), signer),
    "for another chain": sign(digestAt(HASHERS.otherChain), signer),
    "with the twin's high s": twinOf(right),
  };
  return (Object.keys(signatures) as Kind[]).map((kind) => ({
    type,
    kind,
    digest,
    signature: signatures[kind],
    claimed: signer.address,
    recovered: recoverAddress(digest, signatures[kind]) ?? null,
    valid: kind === "right",
  }));
}

/** A signature that recovers somebody, but not the client. */
function foreign(name: string, digest: Hex, signature: CompactSignature): SignatureVector {
  const recovered = recoverAddress(digest, signature) ?? null;
  return { name, digest, signature, claimed: client.address, recovered, valid: false };
}

/** A signature that recovers nobody. */
function broken(name: string, digest: Hex, signature: CompactSignature): SignatureVector {
  return { name, digest, signature, claimed: client.address, recovered: null, valid: false };
}

/**
 * A digest whose plain ECDSA signature by the client has an `s` of one above half the order. It is solved for the wanted
 * `s`, because nearly all larger ones have no room beside the recovery bit.
 */
function highS(): SignatureVector {
  const { x, y } = secp256k1.Point.BASE.multiply(7n).toAffine();
  const s = MAX_S + 1n;
  const digest = secp256k1.Point.Fn.create(s * 7n - x * BigInt(client.secret));
  const vs = word(s | ((y & 1n) === 0n ? 0n : HIGH_BIT));
  return broken("s is one above half the order, else right", word(digest), { r: word(x), vs });
}

/** signatures.json: who is recovered from which signature; for each signed type, and for each way of being malformed. */
export function signatureVectors() {
  const digest = main.hashRequest(VALUES.LlmRequestCommitment.typical);
  const right = sign(digest, client);
  const malformed: SignatureVector[] = [
    foreign("other recovery bit", digest, { r: right.r, vs: word(BigInt(right.vs) ^ HIGH_BIT) }),
    foreign("s is exactly half the order", digest, { r: right.r, vs: word(MAX_S) }),
    highS(),
    broken("r is zero", digest, { r: repeated(0), vs: right.vs }),
    broken("s is zero", digest, { r: right.r, vs: repeated(0) }),
    broken("r is the order", digest, { r: word(ORDER), vs: right.vs }),
    broken("r is no x of the curve", digest, { r: word(5n), vs: right.vs }),
  ];
  return { parties: PARTIES, order: word(ORDER), types: SIGNED_TYPES.flatMap(typeVectors), malformed };
}
