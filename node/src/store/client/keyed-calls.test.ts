import { existsSync, readFileSync } from "node:fs";
import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type KeyedCalls, type KeyedLimits, openKeyedCalls } from "./keyed-calls.ts";

const LIMITS: KeyedLimits = { keepMs: 1_000, most: 3, mostBytes: 10_000 };
const CALL = { fingerprint: "what nobody may guess", id: "chatcmpl-1", created: 7 };
const ONE: Hex = `0x${"11".repeat(32)}`;
const TWO: Hex = `0x${"22".repeat(32)}`;
let path: string;
let calls: KeyedCalls;

const { reopen } = databaseOfEachTest((opened, at) => {
  calls = openKeyedCalls(opened, LIMITS);
  path = at;
});

/** Names of which something is known. */
const known = (nowMs: number): string[] =>
  ["a", "b", "c", "d", "e"].filter((name) => calls.find(name, nowMs) !== undefined);

test("knows at every step over a restart what was begun, signed and ended", () => {
  expect(calls.find("a", 0)).toBeUndefined();
  calls.begin("a", CALL, 0);
  reopen();
  expect(calls.find("a", 0)).toEqual({ ...CALL, requests: [], outcome: undefined });
  calls.noteRequest("a", ONE);
  calls.noteRequest("a", TWO);
  reopen();
  expect(calls.find("a", 0)).toEqual({ ...CALL, requests: [ONE, TWO], outcome: undefined });
  calls.finish("a", "Hello!", 5);
  reopen();
  expect(calls.find("a", 0)).toEqual({ ...CALL, requests: [ONE, TWO], outcome: "Hello!" });
  calls.begin("a", { ...CALL, id: "chatcmpl-2" }, 6);
  expect(calls.find("a", 6)).toEqual({ ...CALL, id: "chatcmpl-2", requests: [], outcome: undefined });
  calls.forget("a");
  reopen();
  expect(calls.find("a", 6)).toBeUndefined();
});

test("keeps so many, for so long, of so many bytes; the newest stay", () => {
  const answer = (name: string, atMs: number, bytes = 10): void => {
    calls.begin(name, CALL, atMs);
    calls.finish(name, "x".repeat(bytes), atMs);
  };
  answer("a", 0);
  expect(calls.find("a", 1_000)).toBeDefined();
  expect(calls.find("a", 1_001)).toBeUndefined();
  for (const [index, name] of ["b", "c", "d"].entries()) answer(name, 500 + index);
  expect(known(600)).toEqual(["b", "c", "d"]);
  answer("e", 1_501);
  expect(known(1_501)).toEqual(["c", "d", "e"]);
  answer("a", 1_502, 9_000);
  expect(known(1_502)).toEqual(["a", "d", "e"]);
  answer("b", 1_503, 9_000);
  expect(known(1_503)).toEqual(["b"]);
  answer("c", 1_504, 20_000);
  expect(known(1_504)).toEqual([]);
});

test("holds neither question nor answer readable", () => {
  calls.begin("a", CALL, 0);
  calls.finish("a", "What nobody else may read.", 0);
  const held = [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file));
  expect(Buffer.concat(held).includes("keyed_calls")).toBe(true);
  for (const text of [CALL.fingerprint, CALL.id, "nobody else may read"])
    expect(Buffer.concat(held).includes(text), text).toBe(false);
});
