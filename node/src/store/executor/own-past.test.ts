import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { createExchange } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { type ExecutorLog, openExecutorLog } from "./executor-log.ts";

const SALT: Hex = `0x${"5a".repeat(32)}`;
const exchange = createExchange();
const client = exchange.client.address;
let db: Database;
let log: ExecutorLog;

databaseOfEachTest((opened) => {
  db = opened;
  log = openExecutorLog(opened);
});

function serve(lane: bigint): void {
  const state = log.laneState(client, lane);
  const asked = exchange.ask(state, { lane });
  const { requestHash } = asked;
  const answered = exchange.answer(state, asked);
  log.accept({ ...asked, acceptedAtMs: 1 });
  log.saveAnswer({ requestHash, ...answered, contentSalt: SALT, delivered: Buffer.from("text"), answeredAtMs: 2 });
  log.saveSignature(requestHash, answered.executorSignature);
}

test("says when its writer last spoke, over restarts, and never an earlier time", () => {
  expect(log.lastWordAtMs()).toBeUndefined();
  log.noteWord(999);
  log.noteWord(1_000.7);
  log.noteWord(500);
  expect(log.lastWordAtMs()).toBe(1000);
  expect(openExecutorLog(db).lastWordAtMs()).toBe(1000);
});

test("counts what it holds, and names the lanes of the newest answers", () => {
  expect(log.contents()).toEqual({ receipts: 0, unsettledLanes: 0 });
  for (const lane of [7n, 8n, 7n, 9n, 7n]) serve(lane);
  log.markSettled({ client, lane: 8n, nonce: 1n, cost: log.laneState(client, 8n).cost });
  expect(log.contents()).toEqual({ receipts: 5, unsettledLanes: 2 });
  expect(log.newestLanes(2)).toEqual([
    { client, lane: 7n, nonce: 3n },
    { client, lane: 9n, nonce: 1n },
  ]);
});
