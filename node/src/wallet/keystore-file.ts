import { createDecipheriv } from "node:crypto";
import type { Address } from "@lloom/protocol/commitment-types";
import { z } from "@lloom/protocol/zod";
import { keccak256 } from "ethers";
import { LloomError } from "../errors.ts";
import { readOutsideFile } from "../outside-file.ts";
import { costBeyondLimit, deriveKey, type KeyDerivation, passwordReadings } from "./key-derivation.ts";

/** A Web3 Secret Storage v3 file, by whatever wallet made it. */
export interface KeystoreFile {
  readonly path: string;
  /** As the file says; nothing proves it before the file is opened. Some wallets leave it out. */
  readonly address: Address | undefined;
  readonly derivation: KeyDerivation;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly mac: Uint8Array;
}

/** A V3 file has about 500 bytes; what is far larger is something else. */
const LIMIT = 64 * 1024;
const CIPHER = "aes-128-ctr";
const HASHES = { "hmac-sha256": "sha256", "hmac-sha512": "sha512" } as const;
const READ_NEXT = "Give the path of a V3 keystore, or create one with lloom init.";

const hex = (bytes?: number) =>
  z
    .string()
    .regex(/^(0x)?([0-9a-f]{2})+$/i)
    .transform((text) => Buffer.from(text.replace(/^0x/i, ""), "hex"))
    .refine(({ length }) => bytes === undefined || length === bytes);
/** Some programs write numbers as text. */
const count = z
  .union([z.number(), z.string().regex(/^\d{1,15}$/)])
  .transform(Number)
  .refine((value) => Number.isSafeInteger(value) && value > 0);
/** Asked also of what was refused before: a number may be no whole one. */
const isPowerOfTwo = (n: number): boolean => Number.isSafeInteger(n) && n > 1 && (BigInt(n) & BigInt(n - 1)) === 0n;
const sealed = z.object({
  cipher: z.string(),
  cipherparams: z.object({ iv: hex(16) }),
  ciphertext: hex(32),
  kdf: z.string(),
  kdfparams: z.looseObject({ dklen: count, salt: hex() }),
  mac: hex(32),
});
const scryptCosts = z.object({ n: count.refine(isPowerOfTwo), r: count, p: count });
const pbkdf2Costs = z.object({ c: count, prf: z.string() });

/**
 * Reads a keystore without opening it.
 * @throws LloomError KEYSTORE_INVALID: not there, no keystore, made with what is not supported, too costly, damaged.
 */
export function readKeystoreFile(path: string): KeystoreFile {
  const text = readOutsideFile({
    path,
    what: `The keystore ${path}`,
    code: "KEYSTORE_INVALID",
    next: READ_NEXT,
    limit: LIMIT,
  });
  const file = parseJson(path, text);
  const found = sealed.safeParse(lowerKeys(file["crypto"]));
  if (!found.success) throw damaged(path, found.error, "crypto");
  const { cipher, cipherparams, ciphertext, mac } = found.data;
  if (cipher.toLowerCase() !== CIPHER) throw unsupported(path, `the cipher "${cipher}"`);
  const derivation = derivationOf(path, found.data);
  const beyond = costBeyondLimit(derivation);
  if (beyond !== undefined) throw tooCostly(path, beyond);
  return { path, address: addressOf(path, file["address"]), derivation, iv: cipherparams.iv, ciphertext, mac };
}

/**
 * The secret key of a keystore.
 * @throws LloomError KEYSTORE_INVALID when the password does not open it.
 */
export async function openKeystoreFile(file: KeystoreFile, password: string): Promise<Uint8Array> {
  for (const reading of passwordReadings(password)) {
    const key = await deriveKey(reading, file.derivation);
    const mac = keccak256(Buffer.concat([key.subarray(16, 32), file.ciphertext]));
    if (mac !== `0x${Buffer.from(file.mac).toString("hex")}`) continue;
    const decipher = createDecipheriv(CIPHER, key.subarray(0, 16), file.iv);
    return Buffer.concat([decipher.update(file.ciphertext), decipher.final()]);
  }
  throw new LloomError("KEYSTORE_INVALID", `The password does not open the keystore ${file.path}.`, {
    next: "Check the password, or the first line of its file.",
  });
}

function parseJson(path: string, text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const file = z.record(z.string(), z.unknown()).safeParse(parsed);
  if (!file.success) throw notKeystore(path);
  const known = lowerKeys(file.data) as Record<string, unknown>;
  const { version } = known;
  if (version === undefined) throw notKeystore(path);
  if (Number(version) !== 3) throw unsupported(path, `version ${JSON.stringify(version)} of the format`);
  return known;
}

/** Old wallets write "Crypto". */
const lowerKeys = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), inner]))
    : value;

function derivationOf(path: string, { kdf, kdfparams }: z.infer<typeof sealed>): KeyDerivation {
  const { salt, dklen } = kdfparams;
  if (dklen < 32) throw unsupported(path, `a derived key of ${dklen} bytes`);
  if (kdf.toLowerCase() === "scrypt") {
    const costs = scryptCosts.safeParse(kdfparams);
    if (!costs.success) throw damaged(path, costs.error, "crypto.kdfparams");
    return { kdf: "scrypt", ...costs.data, salt };
  }
  if (kdf.toLowerCase() !== "pbkdf2") throw unsupported(path, `the key derivation "${kdf}"`);
  const costs = pbkdf2Costs.safeParse(kdfparams);
  if (!costs.success) throw damaged(path, costs.error, "crypto.kdfparams");
  const { c, prf } = costs.data;
  const hash = HASHES[prf.toLowerCase() as keyof typeof HASHES];
  if (hash === undefined) throw unsupported(path, `the function "${prf}"`);
  return { kdf: "pbkdf2", rounds: c, hash, salt };
}

function addressOf(path: string, value: unknown): Address | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const found = hex(20).safeParse(value);
  if (!found.success) throw damaged(path, found.error, "address");
  return `0x${found.data.toString("hex")}`;
}

const notKeystore = (path: string): LloomError =>
  new LloomError("KEYSTORE_INVALID", `${path} is not a keystore (Web3 Secret Storage version 3).`, { next: READ_NEXT });

const unsupported = (path: string, what: string): LloomError =>
  new LloomError("KEYSTORE_INVALID", `The keystore ${path} uses ${what}, which is not supported.`, {
    next: `Export the key again from the wallet that made it: version 3, ${CIPHER}, scrypt or pbkdf2 with hmac-sha256.`,
  });

const tooCostly = (path: string, cost: string): LloomError =>
  new LloomError("KEYSTORE_INVALID", `The keystore ${path} asks for too costly a key derivation: ${cost}.`, {
    next: "Export the key again from the wallet that made it, with a lower cost such as scrypt's n 262144, r 8, p 1.",
  });

function damaged(path: string, error: z.ZodError, under: string): LloomError {
  const place = [under, ...(error.issues[0]?.path ?? [])].join(".");
  return new LloomError("KEYSTORE_INVALID", `The keystore ${path} is damaged: ${place} is missing or malformed.`, {
    next: "Restore it from a copy.",
  });
}
