import { createCipheriv, pbkdf2Sync, scryptSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256 } from "ethers";
import { afterAll, describe, expect, it } from "vitest";
import { identityFromSecret } from "./identity.ts";
import { openKeystore, readKeystoreAddress } from "./keystore.ts";

const directory = mkdtempSync(join(tmpdir(), "lloom-others-keystores-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SECRET = Buffer.alloc(32, 7);
const { address: ADDRESS } = identityFromSecret(SECRET);
const PASSWORD = "correct horse";
const SALT = Buffer.alloc(32, 1);
const IV = Buffer.alloc(16, 2);

interface Seal {
  /** As the maker's program turned the password into bytes. */
  readonly password?: string;
  readonly kdf?: string;
  readonly kdfparams?: Readonly<Record<string, unknown>>;
  readonly key?: (password: Buffer) => Buffer;
}

/** A keystore by the format's own rules, computed by nothing of ours. */
function seal({ password = PASSWORD, kdf = "pbkdf2", kdfparams, key }: Seal = {}) {
  const derive = key ?? ((bytes) => pbkdf2Sync(bytes, SALT, 1000, 32, "sha256"));
  const derived = derive(Buffer.from(password, "utf8"));
  const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), IV);
  const ciphertext = Buffer.concat([cipher.update(SECRET), cipher.final()]);
  const salt = SALT.toString("hex");
  return {
    address: ADDRESS.slice(2),
    crypto: {
      cipher: "aes-128-ctr",
      cipherparams: { iv: IV.toString("hex") },
      ciphertext: ciphertext.toString("hex"),
      kdf,
      kdfparams: { dklen: 32, salt, ...(kdfparams ?? { c: 1000, prf: "hmac-sha256" }) },
      mac: keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2),
    },
    id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    version: 3,
  };
}
type Sealed = ReturnType<typeof seal>;

const byScrypt = (n: number, r: number, p: number): Seal => ({
  kdf: "scrypt",
  kdfparams: { n, r, p },
  key: (bytes) => scryptSync(bytes, SALT, 32, { N: n, r, p, maxmem: 1024 ** 3 }),
});

function write(content: unknown): string {
  const path = join(directory, "keystore.json");
  writeFileSync(path, content instanceof Uint8Array || typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const open = (content: unknown, password = PASSWORD) => openKeystore({ path: write(content), password });

/** Web3 Secret Storage's own test vectors, as its definition prints them. */
const PUBLISHED = {
  secret: "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d",
  password: "testpassword",
  pbkdf2: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
    ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    kdf: "pbkdf2",
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: "hmac-sha256",
      salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
  },
  scrypt: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "83dbcc02d8ccb40e466191a123791e0e" },
    ciphertext: "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
    kdf: "scrypt",
    // What eth-account writes, too: beyond the bound of RFC 7914.
    kdfparams: {
      dklen: 32,
      n: 262144,
      r: 1,
      p: 8,
      salt: "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
    },
    mac: "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
  },
};

describe("a keystore made elsewhere", () => {
  it.each(["pbkdf2", "scrypt"] as const)("opens as the format's definition prints it: %s", async (kdf) => {
    const { secret } = await open({ version: 3, crypto: PUBLISHED[kdf] }, PUBLISHED.password);
    expect(Buffer.from(secret).toString("hex")).toBe(PUBLISHED.secret);
  });

  it.each([
    ["geth, light", byScrypt(4096, 8, 6)],
    ["geth, standard", byScrypt(262_144, 8, 1)],
    ["ethers", byScrypt(131_072, 8, 1)],
    ["web3.py, pbkdf2", {}],
    [
      "pbkdf2 with SHA-512",
      {
        kdfparams: { c: 10, prf: "hmac-sha512" },
        key: (bytes: Buffer) => pbkdf2Sync(bytes, SALT, 10, 32, "sha512"),
      },
    ],
  ])("opens: %s", async (_, made) => {
    expect(await open(seal(made))).toMatchObject({ address: ADDRESS });
  });

  it("opens in the spellings of older programs", async () => {
    const { crypto, version, address } = seal();
    const prefixed = { ...crypto, ciphertext: `0x${crypto.ciphertext}`, mac: crypto.mac.toUpperCase() };
    const counted = { ...crypto, kdfparams: { ...crypto.kdfparams, c: "1000" } };
    expect(await open({ Crypto: prefixed, Version: version, address: `0x${address}` })).toMatchObject({
      address: ADDRESS,
    });
    expect(await open({ crypto: counted, version: "3", address: address.toUpperCase() })).toMatchObject({
      address: ADDRESS,
    });
    expect(await open({ crypto, version })).toMatchObject({ address: ADDRESS });
  });

  it("says whose it is without a password, as far as it says so itself", () => {
    const { address: _, ...nameless } = seal();
    expect(readKeystoreAddress(write(seal()))).toBe(ADDRESS);
    expect(readKeystoreAddress(write(nameless))).toBeUndefined();
  });

  it("opens behind a byte-order mark", async () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(seal()))]);
    expect(await open(marked)).toMatchObject({ address: ADDRESS });
  });
});

describe("a password typed elsewhere", () => {
  const composed = "Sch\u00f6n";
  const decomposed = "Scho\u0308n";
  const wide = "\uff50\uff41\uff53\uff53";

  it.each([
    ["composed, by a program that takes the bytes", composed, composed],
    ["decomposed, by a program that takes the bytes", decomposed, decomposed],
    ["decomposed there, composed here", decomposed, composed],
    ["composed there, decomposed here", composed, decomposed],
    ["wide letters, by a program that takes the bytes", wide, wide],
    ["wide letters, by a program that normalises (NFKC)", "pass", wide],
  ])("opens: %s", async (_, sealedWith, typed) => {
    expect(await open(seal({ password: sealedWith }), typed)).toMatchObject({ address: ADDRESS });
  });

  it("opens nothing when it is another one", async () => {
    await expect(open(seal({ password: composed }), "Schon")).rejects.toThrow(/^The password does not open/);
  });
});

describe("a keystore that does not open", () => {
  const change = (changed: Partial<Sealed["crypto"]>): unknown => ({
    ...seal(),
    crypto: { ...seal().crypto, ...changed },
  });
  const costs = (kdfparams: Record<string, unknown>, kdf = "pbkdf2"): unknown =>
    change({ kdf, kdfparams: { ...seal().crypto.kdfparams, ...kdfparams } as never });
  const utf16 = Buffer.from(`\ufeff${JSON.stringify(seal())}`, "utf16le");

  it.each<readonly [string, unknown, RegExp]>([
    ["another cipher", change({ cipher: "aes-256-gcm" }), /uses the cipher "aes-256-gcm", which is not supported\.$/],
    ["another derivation", costs({}, "argon2id"), /uses the key derivation "argon2id", which is not supported\.$/],
    ["another hash", costs({ prf: "hmac-md5" }), /uses the function "hmac-md5", which is not supported\.$/],
    ["a short key", costs({ dklen: 16 }), /uses a derived key of 16 bytes, which is not supported\.$/],
    ["another version", { ...seal(), version: 4 }, /uses version 4 of the format, which is not supported\.$/],
    ["UTF-16", utf16, /is text in UTF-16, not in UTF-8\.$/],
    ["no JSON", "hello", /is not a keystore/],
    ["JSON of something else", "[]", /is not a keystore/],
    ["a file cut short", JSON.stringify(seal()).slice(0, 200), /is not a keystore/],
    [
      "a ciphertext cut short",
      change({ ciphertext: "12ab" }),
      /is damaged: crypto\.ciphertext is missing or malformed\.$/,
    ],
    ["a mac that is gone", change({ mac: undefined as never }), /is damaged: crypto\.mac is missing or malformed\.$/],
    ["no crypto at all", { version: 3 }, /is damaged: crypto is missing or malformed\.$/],
    [
      "scrypt without n",
      costs({ r: 8, p: 1 }, "scrypt"),
      /is damaged: crypto\.kdfparams\.n is missing or malformed\.$/,
    ],
    [
      "an n between powers",
      costs({ n: 1000, r: 8, p: 1 }, "scrypt"),
      /crypto\.kdfparams\.n is missing or malformed\.$/,
    ],
    ...[131_072.5, 0.5, -2, 0, 2 ** 53, 1e300, "131072.5"].map((n): [string, unknown, RegExp] => [
      `an n that is no count: ${n}`,
      costs({ n, r: 8, p: 1 }, "scrypt"),
      /is damaged: crypto\.kdfparams\.n is missing or malformed\.$/,
    ]),
    [
      "another address",
      { ...seal(), address: "00".repeat(20) },
      /is damaged: it says 0x0{40}, and holds the key of 0x/,
    ],
    ["rounds as text beyond the limit", costs({ c: "20000000" }), /too costly a key derivation: 20000000 rounds/],
    ["rounds beyond the limit", costs({ c: 20_000_000 }), /too costly a key derivation: 20000000 rounds/],
    ["n beyond the limit", costs({ n: 2 ** 30, r: 8, p: 1 }, "scrypt"), /too costly a key derivation: n 1073741824/],
    ["n as text beyond it", costs({ n: "1073741824", r: "8", p: "1" }, "scrypt"), /too costly a key derivation/],
    ["memory beyond it", costs({ n: 2, r: 2 ** 22, p: 1 }, "scrypt"), /too costly a key derivation/],
    ["rounds that are no number", costs({ c: "1e9" }), /is damaged: crypto\.kdfparams\.c is missing or malformed\.$/],
  ])("says why: %s", async (_, content, sentence) => {
    const error = expect.objectContaining({
      code: "KEYSTORE_INVALID",
      message: expect.stringMatching(sentence),
      next: expect.stringMatching(/\w/),
    });
    await expect(open(content)).rejects.toEqual(error);
  });
});
