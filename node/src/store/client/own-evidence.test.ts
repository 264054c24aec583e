/** What a client could accuse with, and that nobody else reads it, nor anybody once no dispute can ask for it. */
import { existsSync, readFileSync } from "node:fs";
import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { createExchange, testPrompt } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { type ClientLog, openClientLog } from "./client-log.ts";

const SALT: Hex = `0x${"a1".repeat(32)}`;
const ASKED = "What only the client asked. ".repeat(4_000);
const TEXT = "What only the client was told. ".repeat(4_000);
const exchange = createExchange();
let path: string;
let db: Database;
let log: ClientLog;
const { reopen } = databaseOfEachTest((opened, at) => {
  db = opened;
  log = openClientLog(opened);
  path = at;
});

/** A request that is sent, in a lane of its own; what answers it. */
function send(sentAtMs: number) {
  const { lane, state } = log.reserveLane(exchange.executor.address);
  const asked = exchange.ask(state, { lane });
  const { requestHash, request, clientSignature } = asked;
  const prompt = testPrompt(ASKED);
  log.saveRequest({ requestHash, request, signature: clientSignature, promptSalt: SALT, prompt, sentAtMs });
  return {
    requestHash,
    answer: () => {
      const { response, responseHash, executorSignature } = exchange.answer(state, asked);
      const receipt = { request, response, clientSignature, executorSignature };
      const text = Buffer.from(TEXT);
      log.saveReceipt({ requestHash, responseHash, receipt, contentSalt: SALT, text, receivedAtMs: sentAtMs + 1 });
    },
  };
}

function countOnDisk(text: string | Uint8Array): number {
  const bytes = Buffer.from(text);
  const held = [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file));
  return held.filter((file) => file.includes(bytes)).length;
}

test("what was asked is there before the answer, and what was answered with its receipt", () => {
  const { requestHash, answer } = send(1000);
  expect(log.ownEvidence(requestHash)).toEqual({ prompt: testPrompt(ASKED), text: undefined });
  answer();
  expect(Buffer.from(log.ownEvidence(requestHash)?.text ?? []).toString()).toBe(TEXT);
  expect(log.ownEvidence(SALT)).toBeUndefined();
  db[Symbol.dispose]();
  expect([ASKED, TEXT].map(countOnDisk)).toEqual([0, 0]);
  reopen();
  expect(Buffer.from(log.ownEvidence(requestHash)?.text ?? []).toString()).toBe(TEXT);
});

test("goes when no dispute can ask for it, also where the lane still needs the receipt", () => {
  const [old, kept] = [send(1000), send(9000)];
  old.answer();
  kept.answer();
  const pieces = [old, kept].flatMap(({ requestHash }) => {
    const row = db.get("SELECT prompt, text FROM own_evidence WHERE request_hash = :requestHash", { requestHash });
    return [row?.["prompt"], row?.["text"]].map((blob) => (blob as Uint8Array).slice(-64));
  });
  db.checkpoint();
  expect(pieces.map(countOnDisk)).toEqual([1, 1, 1, 1]);
  log.prune(5000);
  expect(log.receipt(old.requestHash)).toBeDefined();
  expect(log.ownEvidence(old.requestHash)).toBeUndefined();
  expect(log.ownEvidence(kept.requestHash)?.prompt).toEqual(testPrompt(ASKED));
  expect(pieces.map(countOnDisk)).toEqual([0, 0, 1, 1]);
});
