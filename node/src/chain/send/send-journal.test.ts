import fs, { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fileJournal, memoryJournal, type SendJournal, type SentCall } from "./send-journal.ts";

const ACCOUNT: Address = `0x${"ab".repeat(20)}`;
const scope = { chainId: 5n, account: ACCOUNT };
const call = (nonce: number, intent: string): SentCall => ({ intent, nonce, fromBlock: 9, hashes: [], sentAtMs: 7 });

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "lloom-journal-")), "sent");
});
afterEach(() => rmSync(join(directory, ".."), { recursive: true }));

const KINDS: readonly [string, () => SendJournal][] = [
  ["memory", memoryJournal],
  ["a directory", () => fileJournal(directory, scope)],
];

describe.each(KINDS)("a journal in %s", (_, open) => {
  it("finds a call by what it does, as it was last written, until it is removed", () => {
    const journal = open();
    expect(journal.find("deposit 5")).toBeUndefined();
    journal.write(call(3, "deposit 5"));
    journal.write(call(4, "deposit 6"));
    const later = { ...call(3, "deposit 5"), hashes: [`0x${"01".repeat(32)}`] } as const;
    journal.write(later);
    expect([journal.find("deposit 5"), journal.find("deposit 6")]).toEqual([later, call(4, "deposit 6")]);
    journal.remove({ intent: "deposit 5", nonce: 3 });
    journal.remove({ intent: "deposit 6", nonce: 99 });
    expect([journal.find("deposit 5"), journal.find("deposit 6")]).toEqual([undefined, call(4, "deposit 6")]);
  });

  it("lists all that is under way", () => {
    const journal = open();
    expect(journal.list()).toEqual([]);
    for (const one of [call(3, "deposit 5"), call(3, "stake 1"), call(4, "deposit 5")]) journal.write(one);
    const listed = journal.list().map(({ nonce, intent }) => `${nonce} ${intent}`);
    expect(listed.toSorted()).toEqual(["3 deposit 5", "3 stake 1", "4 deposit 5"]);
  });

  it("keeps what was signed, to the last wei", () => {
    const signed = { to: ACCOUNT, data: "0x12", value: 2n ** 70n, gasLimit: 21_000n } as const;
    const journal = open();
    journal.write({ ...call(3, "deposit 5"), call: signed });
    expect(journal.find("deposit 5")?.call).toEqual(signed);
  });

  it("keeps a call whose nonce another one takes, since either may be the one that is mined", () => {
    const journal = open();
    journal.write(call(3, "deposit 5"));
    journal.write(call(3, "stake 1"));
    expect([journal.find("deposit 5"), journal.find("stake 1")]).toEqual([call(3, "deposit 5"), call(3, "stake 1")]);
    journal.remove(call(3, "stake 1"));
    expect([journal.find("deposit 5"), journal.find("stake 1")]).toEqual([call(3, "deposit 5"), undefined]);
  });
});

describe("a journal in a directory", () => {
  it("is one for each account of each chain, and outlives the process", () => {
    fileJournal(directory, scope).write(call(3, "deposit 5"));
    expect(fileJournal(directory, scope).find("deposit 5")).toEqual(call(3, "deposit 5"));
    expect(fileJournal(directory, { ...scope, chainId: 6n }).find("deposit 5")).toBeUndefined();
    const other: Address = `0x${"cd".repeat(20)}`;
    expect(fileJournal(directory, { ...scope, account: other }).find("deposit 5")).toBeUndefined();
    expect(readdirSync(directory)).toEqual([expect.stringMatching(`^5-${ACCOUNT}-3-[0-9a-f]{16}\\.json$`)]);
  });

  it("has a call on the disk before it goes by its name, so that a power failure leaves no half of one", () => {
    using flushed = vi.spyOn(fs, "fsyncSync");
    using named = vi.spyOn(fs, "renameSync");
    syncBuiltinESMExports();
    fileJournal(directory, scope).write(call(3, "deposit 5"));
    const [flush = 0, name = 0] = [...flushed.mock.invocationCallOrder, ...named.mock.invocationCallOrder];
    expect([flushed.mock.calls.length, named.mock.calls.length, flush < name]).toEqual([1, 1, true]);
  });

  it("goes on with what an earlier version noted, and forgets it, too", () => {
    const journal = fileJournal(directory, scope);
    journal.write(call(4, "deposit 6"));
    writeFileSync(join(directory, `5-${ACCOUNT}-3.json`), JSON.stringify(call(3, "deposit 5")));
    expect(journal.find("deposit 5")).toEqual(call(3, "deposit 5"));
    journal.remove(call(3, "deposit 5"));
    expect([journal.find("deposit 5"), journal.find("deposit 6")]).toEqual([undefined, call(4, "deposit 6")]);
  });

  it("can be read by its owner alone", () => {
    fileJournal(directory, scope).write(call(3, "deposit 5"));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const [file = ""] = readdirSync(directory);
    expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  });

  it("passes over what is no call, and what was half written, and deletes none of it", () => {
    const journal = fileJournal(directory, scope);
    journal.write(call(3, "deposit 5"));
    const strange: Record<string, string> = {
      "0.json": "{ half",
      "1.json": JSON.stringify({ intent: "deposit 6", nonce: 1 }),
      "2.json": JSON.stringify({ intent: "deposit 6", nonce: "2", hashes: [] }),
      "4.json": JSON.stringify({ intent: 6, nonce: 4, hashes: [] }),
      "5.json.new": JSON.stringify(call(5, "deposit 6")),
    };
    for (const [name, text] of Object.entries(strange)) writeFileSync(join(directory, `5-${ACCOUNT}-${name}`), text);
    expect([journal.find("deposit 5"), journal.find("deposit 6")]).toEqual([call(3, "deposit 5"), undefined]);
    expect(journal.list()).toEqual([call(3, "deposit 5")]);
    journal.remove(call(3, "deposit 5"));
    expect(journal.list()).toEqual([]);
    for (const name of Object.keys(strange)) expect(existsSync(join(directory, `5-${ACCOUNT}-${name}`))).toBe(true);
  });

  it.each<[string, (journal: SendJournal) => unknown]>([
    ["find", (journal) => journal.find("x")],
    ["list", (journal) => journal.list()],
    ["write", (journal) => journal.write(call(3, "x"))],
    ["remove", (journal) => journal.remove(call(3, "x"))],
  ])("says by its own code that it cannot %s, naming the directory", (_, act) => {
    const file = join(directory, "..", "file");
    writeFileSync(file, "");
    expect(() => act(fileJournal(file, scope))).toThrow(
      expect.objectContaining({
        ...{ code: "STORE_FAILED", message: expect.stringContaining(file) },
        cause: expect.objectContaining({ code: expect.stringMatching(/^E/) }),
      }),
    );
  });
});
