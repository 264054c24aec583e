import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Address } from "@lloom/protocol/commitment-types";
import { encryptKeystoreJson, hexlify } from "ethers";
import { LloomError } from "../errors.ts";
import { type Identity, identityFromSecret } from "./identity.ts";
import { type KeystoreFile, openKeystoreFile, readKeystoreFile } from "./keystore-file.ts";
import { writeSecretOnce } from "./secret-file.ts";

/** Work factor that other wallets use too: about half a second to open. */
const SCRYPT_N = 131_072;

export interface NewKeystore {
  readonly path: string;
  readonly password: string;
  /** Key to keep; a fresh one when absent. */
  readonly secret?: Uint8Array;
  /** Work factor, a power of two; low values only for tests and throw-away networks. */
  readonly scryptN?: number;
}

/**
 * Creates a Web3 Secret Storage v3 file, readable by its owner alone, in a directory that is there. An existing file is
 * never overwritten, and a crash leaves either the whole file or none.
 * @throws LloomError KEYSTORE_INVALID when the file exists, cannot be written, or the secret is no key.
 */
export async function createKeystore({ path, password, secret, scryptN }: NewKeystore): Promise<Identity> {
  const identity = identityFromSecret(secret ?? freshSecret());
  const account = { address: identity.address, privateKey: hexlify(identity.secret) };
  const json = await encryptKeystoreJson(account, password, { scrypt: { N: scryptN ?? SCRYPT_N } });
  if (!(await writeSecretOnce({ path, what: "The keystore" }, json))) {
    throw new LloomError("KEYSTORE_INVALID", `A keystore already exists at ${path}; it is never overwritten.`, {
      next: "Use it, or give another path.",
    });
  }
  return identity;
}

/**
 * Opens a Web3 Secret Storage v3 file, also one of geth, ethers, web3.py or eth-account.
 * @throws LloomError KEYSTORE_INVALID: no such file, not a keystore, made with what is not supported, wrong password, damaged.
 */
export async function openKeystore({ path, password }: { path: string; password: string }): Promise<Identity> {
  const file = readExisting(path);
  const identity = identityFromSecret(await openKeystoreFile(file, password));
  if (file.address === undefined || file.address === identity.address) return identity;
  throw new LloomError(
    "KEYSTORE_INVALID",
    `The keystore ${path} is damaged: it says ${file.address}, and holds the key of ${identity.address}.`,
    { next: "Restore it from a copy, or correct its address." },
  );
}

/**
 * Whose keystore a file is, by its own word and without its password; undefined where the file does not say.
 * @throws LloomError KEYSTORE_INVALID as `openKeystore`.
 */
export const readKeystoreAddress = (path: string): Address | undefined => readExisting(path).address;

function readExisting(path: string): KeystoreFile {
  if (existsSync(path)) return readKeystoreFile(path);
  throw new LloomError("KEYSTORE_INVALID", `There is no keystore at ${path}.`, {
    next: "Create one with lloom init, or give its place: --data-dir DIR or --keystore FILE.",
  });
}

/** 32 random bytes make no key with a chance of 2^-128; `identityFromSecret` would refuse them. */
const freshSecret = (): Uint8Array => randomBytes(32);
