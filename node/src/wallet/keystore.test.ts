import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decryptKeystoreJson, Wallet } from "ethers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createKeystore, openKeystore } from "./keystore.ts";

/** Low on purpose: these keys are worth nothing. */
const scryptN = 1024;
const password = "correct horse";
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "lloom-keystore-"));
  await mkdir(join(directory, "data"));
  path = join(directory, "data", "keystore.json");
});
afterEach(() => rm(directory, { recursive: true }));

const invalid = (message: string | RegExp) =>
  expect.objectContaining({
    code: "KEYSTORE_INVALID",
    message: expect.stringMatching(message),
    next: expect.stringMatching(/\w/),
  });

test("creates a key that opens again, and that other wallets open too", async () => {
  const created = await createKeystore({ path, password, scryptN });
  expect(await openKeystore({ path, password })).toMatchObject({ address: created.address, secret: created.secret });
  const { privateKey } = await decryptKeystoreJson(await readFile(path, "utf8"), password);
  expect(new Wallet(privateKey).address.toLowerCase()).toBe(created.address);
});

test("keeps a given key, in a file for its owner alone", async () => {
  const secret = Buffer.alloc(32, 7);
  const created = await createKeystore({ path, password, secret, scryptN });
  expect(created.secret).toEqual(Uint8Array.from(secret));
  if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory, "data"))).toEqual(["keystore.json"]);
});

test("never overwrites, and leaves nothing behind when it refuses", async () => {
  await createKeystore({ path, password, scryptN });
  const before = await readFile(path, "utf8");
  await expect(createKeystore({ path, password, scryptN })).rejects.toEqual(invalid(/already exists/));
  expect(await readFile(path, "utf8")).toBe(before);
  expect(await readdir(join(directory, "data"))).toEqual(["keystore.json"]);
});

test("creates one key when two processes try at once", async () => {
  const both = await Promise.allSettled([1, 2].map(() => createKeystore({ path, password, scryptN })));
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const kept = both.find((one) => one.status === "fulfilled");
  expect((await openKeystore({ path, password })).address).toBe(kept?.value.address);
});

test("says what is wrong with a file that does not open", async () => {
  await expect(openKeystore({ path, password })).rejects.toEqual(invalid(/^There is no keystore at /));
  await createKeystore({ path, password, scryptN });
  await expect(openKeystore({ path, password: `${password}\n` })).rejects.toEqual(
    invalid(/^The password does not open the keystore /),
  );
  const file = JSON.parse(await readFile(path, "utf8"));
  const broken = join(directory, "broken.json");
  const cases: readonly [string, RegExp][] = [
    ["no json", /is not a keystore/],
    ["[]", /is not a keystore/],
    ["x".repeat(70_000), /has more than 65536 bytes/],
    [JSON.stringify({ ...file, version: 1 }), /uses version 1 of the format, which is not supported/],
    [JSON.stringify({ ...file, address: "00".repeat(20) }), /is damaged/],
    [JSON.stringify(costly(file)), /too costly a key derivation/],
  ];
  for (const [text, message] of cases) {
    await writeFile(broken, text);
    await expect(openKeystore({ path: broken, password }), text.slice(0, 40)).rejects.toEqual(invalid(message));
  }
});

test("says where it cannot write", async () => {
  await writeFile(join(directory, "file"), "a file where a directory should be");
  for (const parent of ["file", "missing"]) {
    const written = createKeystore({ path: join(directory, parent, "keystore.json"), password, scryptN });
    await expect(written).rejects.toEqual(invalid(/cannot be written/));
  }
});

function costly(file: Record<string, unknown>): unknown {
  const text = JSON.stringify(file).replace('"n":1024', '"n":1073741824');
  expect(text).toContain("1073741824");
  return JSON.parse(text);
}
