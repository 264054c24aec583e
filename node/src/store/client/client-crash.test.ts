/** What `kill -9` leaves of a client's log, at every step of a request: the files as they are at that moment, opened anew. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyLog } from "../../../../test/integration/roles/copy-log.ts";
import { createExchange, TEST_CIPHER, testPrompt } from "../../../../test/support/exchange.ts";
import { openDatabase } from "../database/database.ts";
import { type ClientLog, openClientLog } from "./client-log.ts";

const exchange = createExchange({ deadline: 10_000n });
const executor = exchange.executor.address;
const NOW = 9_000n;
const LOG = "client.sqlite";
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-client-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

type Step = "reserved" | "saved" | "on disk" | "received" | "told";

interface Life {
  readonly lane: bigint;
  readonly asked: ReturnType<typeof exchange.ask>;
  readonly cost: bigint;
}

/** One request, with its log copied as it lies there after each step. */
async function live(copyAt: (step: Step) => void): Promise<Life> {
  using db = openDatabase(join(directory, LOG), { cipher: TEST_CIPHER });
  const log = openClientLog(db);
  const { lane } = log.reserveLane(executor);
  await log.committed();
  copyAt("reserved");
  const asked = exchange.ask(EMPTY_LANE, { lane });
  const { request, requestHash, clientSignature } = asked;
  const [promptSalt, prompt] = [ZERO_HASH, testPrompt()];
  log.saveRequest({ requestHash, request, signature: clientSignature, promptSalt, prompt, sentAtMs: 1 });
  // Still in this turn's transaction: nothing of it is in a file, and nothing may be sent.
  copyAt("saved");
  await log.onDisk();
  copyAt("on disk");
  const { response, responseHash, executorSignature } = exchange.answer(EMPTY_LANE, asked);
  const receipt = { request, response, clientSignature, executorSignature };
  log.saveReceipt({ requestHash, responseHash, receipt, contentSalt: ZERO_HASH, receivedAtMs: 2, text: Buffer.of(72) });
  copyAt("received");
  await log.committed();
  copyAt("told");
  return { lane, asked, cost: response.cumulativeCost };
}

/** The log that the next process finds. */
function after(step: Step, look: (log: ClientLog) => void): void {
  using db = openDatabase(join(directory, step, LOG), { cipher: TEST_CIPHER });
  look(openClientLog(db));
}

describe("a client that is killed", () => {
  it("knows everything that it may have sent, uses no lane in doubt again, and has every receipt that it told", async () => {
    const { lane, asked, cost } = await live((step) => {
      mkdirSync(join(directory, step));
      copyLog(directory, join(directory, step), [LOG, `${LOG}-wal`]);
    });
    const { requestHash, request } = asked;
    for (const step of ["reserved", "saved"] as const)
      after(step, (log) => {
        expect([step, log.fate(requestHash), log.outstanding(executor, NOW)]).toEqual([step, undefined, 0n]);
        expect(log.reserveLane(executor).lane).not.toBe(lane);
      });
    for (const step of ["on disk", "received"] as const)
      after(step, (log) => {
        expect([step, log.fate(requestHash)?.status]).toEqual([step, "sent"]);
        // It may have been answered: its cap is held until nobody can settle it any more.
        expect(log.outstanding(executor, NOW)).toBe(request.costCap);
        expect(log.reserveLane(executor).lane).not.toBe(lane);
      });
    after("told", (log) => {
      expect(log.receipt(requestHash)?.receipt.request).toEqual(request);
      expect(log.outstanding(executor, NOW)).toBe(cost);
      expect(log.reserveLane(executor)).toMatchObject({ lane, state: { nonce: 1n, cost } });
    });
  });
});
