import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { afterEach, beforeEach, expect, it } from "vitest";
import { laterRequest, stageEvidence } from "../../../../protocol/test/staged-evidence.ts";
import { createExchange, TEST_CIPHER } from "../../../../test/support/exchange.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { type ExecutorLog, openExecutorLog } from "../../store/executor/executor-log.ts";
import { heldByExecutor } from "./held-evidence.ts";

const { hasher, client, executor } = createExchange();
const parties = { hasher, client, executor };
const staged = stageEvidence({ ...parties, deadline: 4_000_000_000n });
const { requestHash, responseHash, receipt, held } = staged;
const ANSWERED_AT_MS = 1_000;

let directory: string;
let db: Database;
let store: ExecutorLog;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-held-"));
  db = openDatabase(join(directory, "executor.sqlite"), { cipher: TEST_CIPHER });
  store = openExecutorLog(db);
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** Answers the staged request; `sign` too, unless a crash came first. */
function answer({
  prompt,
  trace = held.trace,
  isSigned = true,
}: {
  prompt?: OpenedPrompt;
  trace?: Uint8Array;
  isSigned?: boolean;
} = {}) {
  const { request, response, clientSignature, executorSignature } = receipt;
  store.accept({ ...{ requestHash, request, clientSignature }, acceptedAtMs: 1 });
  const { contentSalt, bytes: delivered } = held.text;
  const opening = { contentSalt, delivered, trace, ...(prompt === undefined ? {} : { prompt }) };
  store.saveAnswer({ ...{ requestHash, response, responseHash }, ...opening, answeredAtMs: ANSWERED_AT_MS });
  if (isSigned) store.saveSignature(requestHash, executorSignature);
}

it("shows all that opens a signed answer, and nothing of one that is not", () => {
  answer({ prompt: held.prompt, isSigned: false });
  expect(heldByExecutor(store).receiptOf(requestHash)).toBeUndefined();
  store.saveSignature(requestHash, receipt.executorSignature);
  expect(heldByExecutor(store).receiptOf(requestHash)).toEqual(receipt);
  expect(heldByExecutor(store).held(requestHash, receipt)).toEqual({ ...held, acknowledgement: "none" });
});

it("shows what the client acknowledged, by its word or by what it asked next", () => {
  answer({ prompt: held.prompt });
  const { request, signature } = laterRequest(parties, staged);
  const later = { requestHash: hasher.hashRequest(request), request, clientSignature: signature, acceptedAtMs: 3 };
  store.accept(later);
  expect(heldByExecutor(store).held(requestHash, receipt).acknowledgement).toEqual({ request, signature });
  const { signature: ack } = held.acknowledgement;
  store.saveAck({ requestHash, responseHash, signature: ack });
  expect(heldByExecutor(store).held(requestHash, receipt).acknowledgement).toEqual({ signature: ack });
});

it("says that there is no trace where the backend gave none, and no prompt in what versions before kept", () => {
  answer({ trace: new Uint8Array() });
  expect(heldByExecutor(store).held(requestHash, receipt)).toMatchObject({ trace: "none", prompt: "none" });
});

it("says that it was deleted, once no dispute can ask for it", () => {
  answer({ prompt: held.prompt });
  store.prune(ANSWERED_AT_MS + 1);
  // Nothing acknowledges the answer yet: its receipt can still be settled.
  expect(heldByExecutor(store).receiptOf(requestHash)).toEqual(receipt);
  const deleted = { prompt: "deleted", text: "deleted", trace: "deleted" };
  expect(heldByExecutor(store).held(requestHash, receipt)).toMatchObject(deleted);
});
