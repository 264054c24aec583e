import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { packTrace } from "@lloom/protocol/trace";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createExchange, TEST_CIPHER, testPrompt } from "../../../../test/support/exchange.ts";
import { type ClientLog, openClientLog } from "../../store/client/client-log.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { heldByClient } from "./held-evidence.ts";

const exchange = createExchange();
const SALT = `0x${"a1".repeat(32)}` as const;
const TEXT = Buffer.from("A cat 🐈.");
const NONE = { trace: "none", acknowledgement: "none" };

let directory: string;
let db: Database;
let log: ClientLog;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-held-"));
  db = openDatabase(join(directory, "client.sqlite"), { cipher: TEST_CIPHER });
  log = openClientLog(db);
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** A request that is sent, and its answer, which is not saved yet. */
function send() {
  const { lane, state } = log.reserveLane(exchange.executor.address);
  const asked = exchange.ask(state, { lane });
  const { requestHash, request, clientSignature } = asked;
  const sent = { requestHash, request, signature: clientSignature, promptSalt: SALT, sentAtMs: 1 };
  log.saveRequest({ ...sent, prompt: testPrompt() });
  const { response, responseHash, executorSignature } = exchange.answer(state, asked);
  const receipt = { request, response, clientSignature, executorSignature };
  return {
    requestHash,
    responseHash,
    receipt,
    saved: { requestHash, responseHash, receipt, contentSalt: SALT, receivedAtMs: 2 },
  };
}

it("shows what was asked and answered, and nothing before the answer", () => {
  const { requestHash, receipt, saved } = send();
  expect(heldByClient(log).receiptOf(requestHash)).toBeUndefined();
  log.saveReceipt({ ...saved, text: TEXT });
  expect(heldByClient(log).receiptOf(requestHash)).toEqual(receipt);
  const text = { contentSalt: SALT, bytes: Uint8Array.from(TEXT) };
  expect(heldByClient(log).held(requestHash, receipt)).toEqual({ ...NONE, receipt, prompt: testPrompt(), text });
});

it("shows an answer that it refused for its counts, and that it may have to accuse", () => {
  const { requestHash, responseHash, receipt } = send();
  const { promptSalt: _, ...asked } = testPrompt();
  log.saveWrongCount({
    ...{ requestHash, responseHash, contentSalt: SALT, response: receipt.response, noticedAtMs: 2 },
    executorSignature: receipt.executorSignature,
    counts: { inboundTokens: 3, outboundTokens: 4 },
    opened: { ...asked, text: TEXT.toString() },
  });
  expect(heldByClient(log).receiptOf(requestHash)).toEqual(receipt);
  const text = { contentSalt: SALT, bytes: Uint8Array.from(TEXT) };
  expect(heldByClient(log).held(requestHash, receipt)).toEqual({ ...NONE, receipt, prompt: testPrompt(), text });
});

it("shows a trace that it has fetched, encrypted until then, since the executor may hide it from jurors", () => {
  const { requestHash, receipt, saved } = send();
  log.saveReceipt({ ...saved, text: TEXT });
  const leaves = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
  log.saveTrace({ requestHash, leaves });
  log.saveTrace({ requestHash, leaves: [Uint8Array.of(9)] });
  expect(heldByClient(log).held(requestHash, receipt).trace).toEqual(packTrace(leaves));
  const { trace } = db.get("SELECT trace FROM own_evidence", {}) ?? {};
  expect(Buffer.from(trace as Uint8Array).includes(Buffer.of(1, 2, 3))).toBe(false);
});

it("shows a text that came later, and says of what is deleted that it is", () => {
  const { requestHash, receipt, saved } = send();
  log.saveReceipt(saved);
  expect(heldByClient(log).held(requestHash, receipt)).toMatchObject({ prompt: testPrompt(), text: "deleted" });
  log.saveLateAnswer({ requestHash, text: TEXT });
  expect(heldByClient(log).held(requestHash, receipt)).toMatchObject({ text: { contentSalt: SALT } });
  expect(heldByClient(log).receiptOf(ZERO_HASH)).toBeUndefined();
  db.write(() => db.run("DELETE FROM own_evidence"));
  expect(heldByClient(log).held(requestHash, receipt)).toMatchObject({ prompt: "deleted" });
});
