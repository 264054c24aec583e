import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { afterAll, expect, it } from "vitest";
import { stageEvidence } from "../../../../protocol/test/staged-evidence.ts";
import { saveAsClient } from "../../../../test/support/bought-answer.ts";
import { TEST_CIPHER, TEST_DOMAIN, testIdentity } from "../../../../test/support/exchange.ts";
import { checkReceipt } from "../../client/check/check-receipt.ts";
import { heldByClient } from "../../client/dispute/held-evidence.ts";
import { heldByExecutor } from "../../executor/dispute/held-evidence.ts";
import { boughtAnswers } from "../../store/client/client-log.ts";
import { openDatabase } from "../../store/database/database.ts";
import { openExecutorLog, servedAnswers } from "../../store/executor/executor-log.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import { evidenceData, evidenceLines } from "./evidence-words.ts";
import { type GatheringEvidence, gatherEvidence, type OwnLog } from "./gather-evidence.ts";

const dir = mkdtempSync(join(tmpdir(), "lloom-evidence-"));
const stack = new DisposableStack();
afterAll(() => {
  stack.dispose();
  rmSync(dir, { recursive: true, force: true });
});

const hasher = createCommitmentHasher(TEST_DOMAIN);
const [client, executor] = [testIdentity("client"), testIdentity("executor")];
const staged = stageEvidence({ hasher, client, executor });
const { requestHash, responseHash, held } = staged;
const WANTED = { requestHash, responseHash };

/** The client's log and the executor's, each written by its node and then only read. */
function logs(): { readonly bought: OwnLog; readonly sold: OwnLog } {
  const [buyer, seller] = [join(dir, "client.sqlite"), join(dir, "executor.sqlite")];
  {
    using db = openDatabase(buyer, { cipher: TEST_CIPHER });
    saveAsClient(db, staged);
    using served = openDatabase(seller, { cipher: TEST_CIPHER });
    const log = openExecutorLog(served);
    const { request, response, clientSignature, executorSignature } = held.receipt;
    log.accept({ ...{ requestHash, request, clientSignature }, acceptedAtMs: 1 });
    const { contentSalt, bytes: delivered } = held.text;
    const opening = { contentSalt, delivered, trace: held.trace, prompt: held.prompt };
    log.saveAnswer({ ...{ requestHash, response, responseHash }, ...opening, answeredAtMs: 2 });
    log.saveSignature(requestHash, executorSignature);
  }
  const read = (path: string) => stack.use(openDatabase(path, { cipher: TEST_CIPHER, readOnly: true }));
  return {
    bought: { name: "bought", answers: heldByClient(boughtAnswers(read(buyer))) },
    sold: { name: "sold", answers: heldByExecutor(servedAnswers(read(seller))) },
  };
}
const { bought, sold } = logs();
const parts = (own: readonly OwnLog[], fetch?: GatheringEvidence["fetch"]): GatheringEvidence => ({
  ...{ hasher, logs: own, fetch },
  isSignedFor: async (account, digest, signature) => recoverAddress(digest, signature) === account,
});

it("what one log lacks comes from the other, and each part opens what was signed", async () => {
  const fromBuyer = await gatherEvidence(parts([bought]), WANTED);
  expect(Object.fromEntries(fromBuyer.evidence.lacks)).toEqual({ trace: "none", acknowledgement: "none" });
  const both = await gatherEvidence(parts([bought, sold]), WANTED);
  expect(both).toMatchObject({ evidence: { trace: { total: 3 } }, from: ["bought", "sold"], faults: [] });
  expect(Object.fromEntries(both.evidence.lacks)).toEqual({ acknowledgement: "none" });
});

it("the parties are asked for what no log here has, and for no more", async () => {
  const { evidence } = await gatherEvidence(parts([sold]), WANTED);
  const asked: unknown[] = [];
  const fetched = await gatherEvidence(
    parts([bought], async (wanted, items) => {
      asked.push([wanted.requestHash, items]);
      return { evidence, faults: [] };
    }),
    WANTED,
  );
  expect(asked).toEqual([[requestHash, ["trace", "acknowledgement"]]]);
  expect(fetched).toMatchObject({ evidence: { trace: { total: 3 } }, from: ["bought", "the parties"] });
});

it("an answer that nobody knows, and another one than the dispute names, are told", async () => {
  await expect(gatherEvidence(parts([]), WANTED)).rejects.toMatchObject({ code: "EVIDENCE_MISSING" });
  const another = { requestHash, responseHash: requestHash };
  await expect(gatherEvidence(parts([sold]), another)).rejects.toMatchObject({ code: "EVIDENCE_INVALID" });
});

it("a log with a signature of somebody else is not believed", async () => {
  const forged = { ...parts([sold]), isSignedFor: async (account: string) => account !== executor.address };
  await expect(gatherEvidence(forged, WANTED)).rejects.toThrow("not the executor's");
});

it("is told in words, and kept as a receipt that proves its texts, with the leaves of the trace", async () => {
  const gathered = await gatherEvidence(parts([bought, sold]), WANTED);
  const said = evidenceLines(gathered).join("\n");
  expect(said).toMatch(/Trace +3 tokens, as they were signed\nAcknowledged +lacking: there is none/);
  expect(said).toMatch(/user:\nTell me of lane 1\.\n\nanswer:\nA cat 🐈\.$/);
  const data = evidenceData(gathered, TEST_DOMAIN);
  expect(data.traceLeaves).toHaveLength(3);
  const { checked } = checkReceipt(receiptFileFromJson(JSON.stringify(data.receipt)));
  expect(checked.join("\n")).toMatch(/prompt[\s\S]*answer/i);
});
