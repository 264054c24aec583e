import { pbkdf2, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { scryptAsync } from "@noble/hashes/scrypt.js";

/** How a keystore's key is made of its password: parsed once, so that what was checked is what is computed. */
export type KeyDerivation =
  | {
      readonly kdf: "scrypt";
      /** A power of two. */
      readonly n: number;
      readonly r: number;
      readonly p: number;
      readonly salt: Uint8Array;
    }
  | { readonly kdf: "pbkdf2"; readonly rounds: number; readonly hash: "sha256" | "sha512"; readonly salt: Uint8Array };

/** Most work (n x r x p, or rounds) that a file may ask for: a few seconds. */
const WORK_LIMIT = 8 * 1_048_576;
/** Most memory: 1 GiB, which geth's own setting takes a quarter of. */
const MEMORY_LIMIT = 1024 ** 3;
/** Beside the blocks scrypt needs a little for itself. */
const MEMORY_MARGIN = 1024 ** 2;

/** What a derivation asks for beyond what a file from elsewhere may: "n 1073741824, r 8, p 1"; undefined within limits. */
export function costBeyondLimit(derivation: KeyDerivation): string | undefined {
  if (derivation.kdf === "pbkdf2") {
    return derivation.rounds > WORK_LIMIT ? `${derivation.rounds} rounds, at most ${WORK_LIMIT}` : undefined;
  }
  const { n, r, p } = derivation;
  const isTooMuch = n * r * p > WORK_LIMIT || 128 * r * (n + p) > MEMORY_LIMIT;
  return isTooMuch ? `n ${n}, r ${r}, p ${p}; n x r x p at most ${WORK_LIMIT}` : undefined;
}

const nativeScrypt = promisify<Uint8Array, Uint8Array, number, object, Buffer>(scrypt);
const nativePbkdf2 = promisify(pbkdf2);
const KEY_BYTES = 32;

/** The 32 bytes of a keystore's key. Beside the main thread, except for what OpenSSL refuses. */
export function deriveKey(password: Uint8Array, derivation: KeyDerivation): Promise<Uint8Array> {
  const { salt } = derivation;
  if (derivation.kdf === "pbkdf2") {
    return nativePbkdf2(password, salt, derivation.rounds, KEY_BYTES, derivation.hash);
  }
  const { n, r, p } = derivation;
  const maxmem = 128 * r * (n + p) + MEMORY_MARGIN;
  // RFC 7914 rules n of 2^(16 r) and more out, by a mistake as its errata say; eth-account writes n 262144 with r 1.
  if (n >= 2 ** (16 * r)) return scryptAsync(password, salt, { N: n, r, p, dkLen: KEY_BYTES, maxmem });
  return nativeScrypt(password, salt, KEY_BYTES, { N: n, r, p, maxmem });
}

/**
 * The bytes that a password may stand for, the likeliest first: as the format says (NFKC, which ethers and this node write),
 * as it was given (geth and web3.py take it so), and composed or decomposed, as another keyboard may have typed it.
 */
export function passwordReadings(password: string): readonly Uint8Array[] {
  const readings = new Set([
    password.normalize("NFKC"),
    password,
    password.normalize("NFC"),
    password.normalize("NFD"),
  ]);
  return [...readings].map((reading) => new TextEncoder().encode(reading));
}
