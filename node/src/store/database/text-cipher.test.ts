import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createTextCipher } from "./text-cipher.ts";

const secret = randomBytes(32);
const text = Buffer.from("The thread is woven.");
const unreadable = expect.objectContaining({
  code: "STORE_FAILED",
  message: expect.stringContaining("it is damaged, or was encrypted for another key"),
  next: expect.stringContaining("keystore"),
});

test("gives the text back, also to a later run with the same key", () => {
  const encrypted = createTextCipher(secret).encrypt(text, "delivery 1");
  const later = createTextCipher(Uint8Array.from(secret));
  expect(Buffer.from(later.decrypt(encrypted, "delivery 1"))).toEqual(text);
  expect(Buffer.from(later.decrypt(later.encrypt(new Uint8Array(), "delivery 2"), "delivery 2"))).toEqual(Buffer.of());
});

test("holds nothing of the text, and nothing twice", () => {
  const cipher = createTextCipher(secret);
  const records = Array.from({ length: 50 }, () => Buffer.from(cipher.encrypt(text, "delivery 1")));
  for (const record of records) expect(record.includes("thread")).toBe(false);
  expect(new Set(records.map((record) => record.toString("hex"))).size).toBe(50);
});

test("refuses another key, another record, what is cut, and a change of any byte", () => {
  const cipher = createTextCipher(secret);
  const encrypted = cipher.encrypt(text, "delivery 1");
  expect(() => createTextCipher(randomBytes(32)).decrypt(encrypted, "delivery 1")).toThrow(unreadable);
  expect(() => cipher.decrypt(encrypted, "delivery 2")).toThrow(unreadable);
  for (let length = 0; length < encrypted.length; length++)
    expect(() => cipher.decrypt(encrypted.subarray(0, length), "delivery 1"), `${length} bytes`).toThrow(unreadable);
  for (const [index, byte] of encrypted.entries()) {
    const changed = Uint8Array.from(encrypted);
    changed[index] = byte ^ 1;
    expect(() => cipher.decrypt(changed, "delivery 1"), `byte ${index}`).toThrow(unreadable);
  }
});
