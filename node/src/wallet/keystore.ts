import { randomBytes, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, open, readFile, rm, stat } from "node:fs/promises";
import { decryptKeystoreJson, encryptKeystoreJson, getBytes, hexlify, isKeystoreJson } from "ethers";
import { z } from "zod";
import { LloomError } from "../errors.ts";
import { type Identity, identityFromSecret } from "./identity.ts";

/** A V3 file has about 500 bytes; what is far larger is something else. */
const KEYSTORE_BYTES = 64 * 1024;
/** Work factor that other wallets use too: about half a second to open. */
const SCRYPT_N = 131_072;
/** Most work (N x r x p, or PBKDF2 rounds) that a file may ask for: 1 GiB and a few seconds. */
const KDF_WORK_LIMIT = 8 * 1_048_576;

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
  if (!(await writeOnce(path, json))) {
    throw new LloomError("KEYSTORE_INVALID", `A keystore already exists at ${path}; it is never overwritten.`, {
      next: "Use it, or give another path.",
    });
  }
  return identity;
}

/**
 * Opens a Web3 Secret Storage v3 file.
 * @throws LloomError KEYSTORE_INVALID: no such file, not a keystore, wrong password.
 */
export async function openKeystore({ path, password }: { path: string; password: string }): Promise<Identity> {
  const json = await readKeystore(path);
  if (!isKeystoreJson(json)) {
    throw new LloomError("KEYSTORE_INVALID", `${path} is not a keystore (Web3 Secret Storage version 3).`, {
      next: "Give the path of a V3 keystore, or create one with lloom init.",
    });
  }
  refuseCostlyKdf(path, json);
  try {
    return identityFromSecret(getBytes((await decryptKeystoreJson(json, password)).privateKey));
  } catch (cause) {
    const wrongPassword = cause instanceof Error && /incorrect password/i.test(cause.message);
    const problem = wrongPassword ? `The password does not open the keystore ${path}.` : `${path} is damaged.`;
    throw new LloomError("KEYSTORE_INVALID", problem, {
      next: wrongPassword ? "Check the password, or the first line of its file." : "Restore it from a copy.",
    });
  }
}

/** 32 random bytes make no key with a chance of 2^-128; `identityFromSecret` would refuse them. */
const freshSecret = (): Uint8Array => randomBytes(32);

async function readKeystore(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > KEYSTORE_BYTES) {
      throw new LloomError("KEYSTORE_INVALID", `${path} has ${size} bytes; a keystore has at most ${KEYSTORE_BYTES}.`);
    }
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof LloomError) throw cause;
    if (isErrno(cause, "ENOENT")) {
      throw new LloomError("KEYSTORE_INVALID", `There is no keystore at ${path}.`, {
        cause,
        next: "Create one with lloom init, or give its path.",
      });
    }
    throw new LloomError("KEYSTORE_INVALID", `The keystore ${path} cannot be read: ${reason(cause)}.`, { cause });
  }
}

/** Either spelling of the section occurs in old files; only the work factors matter here. */
const workFactors = z.object({ n: z.number(), r: z.number(), p: z.number(), c: z.number() }).partial();
const keystoreShape = z.record(z.string(), z.unknown()).transform((file) => {
  const section = z.object({ kdfparams: workFactors }).safeParse(file["crypto"] ?? file["Crypto"]);
  return section.success ? section.data.kdfparams : {};
});

/** A file from elsewhere must not make this machine compute for hours or run out of memory. */
function refuseCostlyKdf(path: string, json: string): void {
  const { n = 1, r = 1, p = 1, c = 1 } = keystoreShape.parse(JSON.parse(json));
  if (n * r * p > KDF_WORK_LIMIT || c > KDF_WORK_LIMIT) {
    throw new LloomError("KEYSTORE_INVALID", `${path} asks for too costly a key derivation.`, {
      next: `Encrypt the key again, with scrypt N of at most ${KDF_WORK_LIMIT / 8}.`,
      details: { n, r, p, c },
    });
  }
}

/** Writes aside, syncs, then takes the name in one step. Returns false, with nothing written, when it is taken. */
async function writeOnce(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${randomUUID()}.new`;
  try {
    await using file = await open(aside, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    return await takeName(aside, path);
  } catch (cause) {
    throw new LloomError("KEYSTORE_INVALID", `The keystore cannot be written to ${path}: ${reason(cause)}.`, {
      cause,
      next: "Check that the directory exists and may be written.",
    });
  } finally {
    await rm(aside, { force: true }).catch(() => {});
  }
}

/** A hard link is atomic and never replaces; some file systems have none, where an exclusive copy must do. */
async function takeName(aside: string, path: string): Promise<boolean> {
  const attempts = [() => link(aside, path), () => copyFile(aside, path, constants.COPYFILE_EXCL)];
  let problem: unknown;
  for (const attempt of attempts) {
    try {
      await attempt();
      return true;
    } catch (cause) {
      if (isErrno(cause, "EEXIST")) return false;
      problem = cause;
    }
  }
  throw problem;
}

const isErrno = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && "code" in thrown && thrown.code === code;
const reason = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
