import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";

/** Encrypts the text that a log keeps, one record at a time. */
export interface TextCipher {
  /** `record` names what the text belongs to; only with the same name can it be read. */
  encrypt(text: Uint8Array, record: string): Uint8Array;
  /** @throws LloomError STORE_FAILED: damaged, of another record, or encrypted for another key. */
  decrypt(encrypted: Uint8Array, record: string): Uint8Array;
}

const ALGORITHM = "aes-256-gcm";
/** First byte of every record: no UTF-8 text begins with it, and another way of encrypting gets another one. */
const VERSION = 0xff;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + SALT_BYTES + NONCE_BYTES;
const KEY_BYTES = 32;
/** Salts of earlier runs whose keys are kept, for whoever reads many records. */
const MOST_KEYS = 64;

/**
 * AES-256-GCM with keys derived from the node's secret, so that there is no second key that could be lost or lie unencrypted
 * beside what it protects: see "Text at rest" in ARCHITECTURE.md. Each run derives a key of its own, from a random salt that
 * every record carries: so random nonces never come near the number that AES-GCM allows for one key.
 *
 * record: version (1), salt (16), nonce (12), ciphertext, tag (16).
 */
export function createTextCipher(secret: Uint8Array): TextCipher {
  // A key of bytes would be made into such an object at every use.
  const keyOf = (salt: Uint8Array): KeyObject =>
    createSecretKey(new Uint8Array(hkdfSync("sha256", secret, salt, "lloom/text-at-rest/1", KEY_BYTES)));
  const keys = new BoundedMap<string, KeyObject>({ most: MOST_KEYS });
  const ownSalt = randomBytes(SALT_BYTES);
  const ownKey = keyOf(ownSalt);
  const keyFor = (salt: Uint8Array): KeyObject =>
    keys.getOrInsert(Buffer.from(salt).toString("hex"), () => keyOf(salt));
  return {
    encrypt(text, record) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, ownKey, nonce).setAAD(Buffer.from(record));
      const body = [cipher.update(text), cipher.final()];
      return Buffer.concat([Buffer.of(VERSION), ownSalt, nonce, ...body, cipher.getAuthTag()]);
    },
    decrypt(encrypted, record) {
      if (encrypted[0] !== VERSION || encrypted.length < HEAD_BYTES + TAG_BYTES) throw unreadable(record);
      const salt = encrypted.subarray(1, 1 + SALT_BYTES);
      const decipher = createDecipheriv(ALGORITHM, keyFor(salt), encrypted.subarray(1 + SALT_BYTES, HEAD_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(record)).setAuthTag(encrypted.subarray(-TAG_BYTES));
      try {
        return Uint8Array.from(
          Buffer.concat([decipher.update(encrypted.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()]),
        );
      } catch (cause) {
        throw unreadable(record, cause);
      }
    },
  };
}

const unreadable = (record: string, cause?: unknown): LloomError =>
  new LloomError(
    "STORE_FAILED",
    `The text of ${record} cannot be read: it is damaged, or was encrypted for another key.`,
    {
      cause,
      next: "Only the key that wrote it reads it. Restore the keystore that belongs to this log; docs/executor.md says what is lost without.",
    },
  );
