import type { Address, CompactSignature, SignerAuthorization } from "@lloom/protocol/commitment-types";
import { type CommitmentDomain, createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex, hexToBytes } from "@lloom/protocol/hex";
import { jsonText } from "@lloom/protocol/json-text";
import { LloomError } from "@lloom/protocol/lloom-error";
import { addressOfSecret, signDigest } from "@lloom/protocol/signatures";

/** As `lloom signer` reads and writes it. */
const FORMAT = "lloom-signer-1";
const SECRET = /^(?:0x)?[0-9a-fA-F]{64}$/;

/** A key that signs requests for somebody else, who authorised it on chain once. Whoever has it can spend what is in the channels. */
export interface Session {
  readonly secret: Uint8Array;
  readonly address: Address;
}

/** A new key, by the browser's own randomness. */
export function newSession(): Session {
  for (;;) {
    const session = sessionOf(crypto.getRandomValues(new Uint8Array(32)));
    if (session !== undefined) return session;
  }
}

/** The session of 32 bytes, or of 64 hex digits; undefined where they are no key. */
export function sessionOf(key: Uint8Array | string): Session | undefined {
  try {
    const secret = typeof key === "string" ? secretOf(key) : key;
    return secret && { secret, address: addressOfSecret(secret) };
  } catch {
    return undefined;
  }
}

const secretOf = (text: string): Uint8Array | undefined =>
  SECRET.test(text.trim()) ? hexToBytes(`0x${text.trim().replace(/^0x/, "").toLowerCase()}`) : undefined;

/** 64 hex digits, for whoever keeps the key. */
export const sessionText = ({ secret }: Session): string => bytesToHex(secret).slice(2);

/** A session's proof that it is there and means to sign for a principal, who sends it to the chain. It holds no secret. */
export interface SessionProof {
  readonly domain: CommitmentDomain;
  readonly authorization: SignerAuthorization;
  readonly possession: CompactSignature;
}

export interface ProofOptions {
  readonly domain: CommitmentDomain;
  /** Whose channels pay. */
  readonly principal: Address;
  /** Unix seconds: until then the chain takes the proof. */
  readonly deadline: bigint;
}

/** Proves a session for a principal. Throws REQUEST_INVALID where both are one key, which signs for itself anyway. */
export function proveSession(
  { secret, address }: Session,
  { domain, principal, deadline }: ProofOptions,
): SessionProof {
  if (address === principal)
    throw new LloomError("REQUEST_INVALID", "The session key is the client itself, and signs for itself anyway.", {
      next: "Give the address of the account whose channels pay.",
    });
  const [nonce = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  const authorization = { principal, signer: address, deadline, nonce };
  return {
    domain,
    authorization,
    possession: signDigest(createCommitmentHasher(domain).hashSignerAuthorization(authorization), secret),
  };
}

/** The proof as the file that `lloom signer add FILE` takes. */
export const proofFile = ({ domain, authorization, possession }: SessionProof): string =>
  `${jsonText({ format: FORMAT, ...domain, authorization, possession }, 2)}\n`;
