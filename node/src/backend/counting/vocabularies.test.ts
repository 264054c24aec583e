import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Vocabularies, type VocabulariesOptions } from "./vocabularies.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-vocabularies-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const hashOf = (bytes: Uint8Array): Hex => `0x${createHash("sha256").update(bytes).digest("hex")}`;
/** A GGUF file without tensors, and with one text of so many bytes. */
function vocabulary(length: number): Buffer {
  const bytes = Buffer.alloc(24 + 9 + 4 + 8 + length, "v");
  bytes.write("GGUF");
  bytes.writeUInt32LE(3, 4);
  bytes.writeBigUInt64LE(0n, 8);
  bytes.writeBigUInt64LE(1n, 16);
  bytes.writeBigUInt64LE(1n, 24);
  bytes.writeUInt32LE(8, 33);
  bytes.writeBigUInt64LE(BigInt(length), 37);
  return bytes;
}
const FILE = vocabulary(1000);
const HASH = hashOf(FILE);
const PART = 400;

/** Gives a file in parts, and counts them. */
function serve(file: Buffer, totalBytes = file.length) {
  const asked: number[] = [];
  const fetchPart = async (offset: number) => {
    asked.push(offset);
    return { totalBytes, bytes: file.subarray(offset, offset + PART) };
  };
  return { asked, fetchPart };
}
let nowMs = 0;
const open = (changes: Partial<VocabulariesOptions> = {}) =>
  new Vocabularies({ directory: join(directory, "kept"), steady: () => nowMs, ...changes });

describe("vocabularies", () => {
  it("are fetched in parts, once however many ask, and kept for the next run", async () => {
    const { asked, fetchPart } = serve(FILE);
    const kept = open();
    const [path, again] = await Promise.all([kept.get(HASH, fetchPart), kept.get(HASH, fetchPart)]);
    expect(readFileSync(path)).toEqual(FILE);
    expect(again).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await open().get(HASH, fetchPart)).toBe(path);
    expect(asked).toEqual([0, 400, 800]);
    expect(readdirSync(join(directory, "kept"))).toHaveLength(1);
  });

  it.each<[string, Buffer, number?]>([
    ["is another one", vocabulary(999)],
    ["never ends", FILE, FILE.length + 1],
    ["is longer than it says", FILE, 500],
  ])("are refused when what comes %s, and not asked for again at once", async (_, file, total) => {
    const { asked, fetchPart } = serve(file, total);
    const kept = open();
    await expect(kept.get(HASH, fetchPart)).rejects.toMatchObject({ code: "FRAME_INVALID" });
    const before = asked.length;
    // Whoever asks meanwhile does not put the next try off.
    for (let look = 0; look < 2; look++) {
      await expect(kept.get(HASH, fetchPart)).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
      expect(kept.isMissed(HASH)).toBe(true);
      nowMs += 30_000;
    }
    expect(asked).toHaveLength(before);
    expect(kept.isMissed(HASH)).toBe(false);
    expect(await kept.get(HASH, serve(FILE).fetchPart)).toMatch(/\.gguf$/);
  });

  it("are taken from the first who gives them whole, and missed only once nobody has", async () => {
    const kept = open();
    const away = async () => Promise.reject(new Error("away"));
    const { asked, fetchPart } = serve(FILE);
    const [other, last] = [serve(vocabulary(999)), serve(FILE)];
    expect(readFileSync(await kept.get(HASH, away, other.fetchPart, fetchPart, last.fetchPart))).toEqual(FILE);
    expect([asked.length, last.asked.length]).toEqual([3, 0]);
    const missed = hashOf(vocabulary(5));
    await expect(kept.get(missed, away, other.fetchPart)).rejects.toMatchObject({ code: "FRAME_INVALID" });
    expect(kept.isMissed(missed)).toBe(true);
    await expect(open().get(missed)).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  it("are given on in parts, from any offset, where they are here", async () => {
    const file = vocabulary(300 * 1024);
    const kept = open();
    const hash = hashOf(file);
    expect(kept.part(hash, 0)).toBeUndefined();
    await kept.get(hash, async (offset) => ({ totalBytes: file.length, bytes: file.subarray(offset) }));
    const first = kept.part(hash, 0)?.bytes ?? expect.fail("It is not here.");
    const rest = kept.part(hash, first.length)?.bytes ?? expect.fail("It is not here.");
    expect(first).toHaveLength(256 * 1024);
    expect(Buffer.concat([first, rest])).toEqual(file);
    expect(kept.part(hash, file.length)).toEqual({ totalBytes: file.length, bytes: new Uint8Array() });
    expect(kept.part(hash, file.length + 7)?.bytes).toHaveLength(0);
  });

  it("are refused when they have the hash and are no vocabulary", async () => {
    const wrong = Buffer.concat([FILE, Buffer.from("more")]);
    await expect(open().get(hashOf(wrong), serve(wrong).fetchPart)).rejects.toMatchObject({ code: "FRAME_INVALID" });
  });

  it("are fetched anew when the file was changed", async () => {
    const path = await open().get(HASH, serve(FILE).fetchPart);
    writeFileSync(path, vocabulary(7));
    const { asked, fetchPart } = serve(FILE);
    await open().get(HASH, fetchPart);
    expect(asked).toHaveLength(3);
    expect(readFileSync(path)).toEqual(FILE);
  });

  it("make room for new ones: the longest unused go first", async () => {
    const files = [vocabulary(1001), vocabulary(1002), FILE];
    const paths: string[] = [];
    for (const [age, file] of files.entries()) {
      const path = await open({ mostBytes: 2500 }).get(hashOf(file), serve(file).fetchPart);
      utimesSync(path, new Date(), age === 0 ? new Date() : new Date(age));
      paths.push(path);
    }
    const left = readdirSync(join(directory, "kept")).map((name) => join(directory, "kept", name));
    expect(left.sort()).toEqual([paths[0], paths[2]].map(String).sort());
  });

  it("are not deleted while they are held, however long unused", async () => {
    const files = [vocabulary(1001), vocabulary(1002), FILE];
    const [first, second] = files.map(hashOf);
    const kept = open({ mostBytes: 2500, held: () => [first ?? "0x"] });
    for (const [age, file] of files.entries()) {
      const path = await kept.get(hashOf(file), serve(file).fetchPart);
      utimesSync(path, new Date(), new Date(age));
    }
    const left = readdirSync(join(directory, "kept"));
    expect(left.sort()).toEqual([first, HASH].map((hash) => `${hash?.slice(2)}.gguf`).sort());
    expect(kept.part(second ?? "0x", 0)).toBeUndefined();
  });

  it("are fetched anew once others took their room", async () => {
    const kept = open();
    const { asked, fetchPart } = serve(FILE);
    rmSync(await kept.get(HASH, fetchPart));
    const [path, again] = await Promise.all([kept.get(HASH, fetchPart), kept.get(HASH, fetchPart)]);
    expect(readFileSync(path)).toEqual(FILE);
    expect([again, asked.length]).toEqual([path, 6]);
  });
});
