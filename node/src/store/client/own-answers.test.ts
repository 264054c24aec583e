import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, test, vi } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { createExchange } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { type ClientLog, openClientLog } from "./client-log.ts";

const SALT: Hex = `0x${"a1".repeat(32)}`;
const exchange = createExchange();
const executor = exchange.executor.address;
let db: Database;
let log: ClientLog;

databaseOfEachTest((opened) => {
  db = opened;
  log = openClientLog(opened);
});

/** One more answer, in an idle lane if there is one. */
function answered(receivedAtMs: number): Hex {
  const { lane, state } = log.reserveLane(executor);
  const { request, requestHash, clientSignature } = exchange.ask(state, { lane });
  log.saveRequest({ requestHash, request, signature: clientSignature, promptSalt: SALT, sentAtMs: receivedAtMs });
  const { response, responseHash, executorSignature } = exchange.answer(state, {
    request,
    requestHash,
    clientSignature,
  });
  const receipt = { request, response, clientSignature, executorSignature };
  log.saveReceipt({ requestHash, responseHash, receipt, contentSalt: SALT, receivedAtMs });
  return requestHash;
}
const unacknowledged = (fromMs = 0, toMs = 10_000): Hex[] =>
  log.unacknowledged({ fromMs, toMs }).map(({ response }) => response.requestHash);

test("the last answer of a quiet lane waits to be acknowledged, once", () => {
  answered(1000);
  const last = answered(2000);
  expect(unacknowledged()).toEqual([last]);
  expect(unacknowledged(2001)).toEqual([]);
  expect(unacknowledged(0, 1999)).toEqual([]);
  log.noteAcknowledged(last);
  expect(unacknowledged()).toEqual([]);
});

test("an answer that came only when it was disputed is not acknowledged, since that would pay who withheld it", () => {
  const requestHash = answered(1000);
  const id = log.ownRequest(requestHash)?.responseHash ?? SALT;
  const money = { amount: 1n, matured: 0n, penalty: 0n, bond: 0n };
  log.noteDuty({
    kind: "dispute",
    id,
    requestHash,
    peer: executor,
    state: "missing",
    dueAt: 9n,
    notedAt: 1n,
    ...money,
  });
  for (const state of ["missing", "open", "disputed", "cancel", "cancelled"]) {
    log.changeDuty({ kind: "dispute", id }, { state });
    expect(unacknowledged()).toEqual([]);
  }
  // It came before anybody was accused.
  log.changeDuty({ kind: "dispute", id }, { state: "came" });
  expect(unacknowledged()).toEqual([requestHash]);
});

test("an answer whose lane is busy is acknowledged by the request that is under way", () => {
  const last = answered(1000);
  const { lane } = log.reserveLane(executor);
  expect(unacknowledged()).toEqual([]);
  log.releaseLane(executor, lane);
  expect(unacknowledged()).toEqual([last]);
});

test("what is known of an answer beside its receipt goes with it", () => {
  const both = [answered(1000), answered(2000)];
  for (const requestHash of both) {
    log.noteAcknowledged(requestHash);
    log.saveLateAnswer({ requestHash, text: Buffer.from("late") });
  }
  log.prune(5000);
  const left = (table: string) => db.all(`SELECT request_hash FROM ${table}`).map((row) => row["request_hash"]);
  expect([left("own_acks"), left("late_answers")]).toEqual([both.slice(1), both.slice(1)]);
});

test("what waits is searched for among lanes, however many requests there were", () => {
  const read = vi.spyOn(db, "all");
  unacknowledged();
  const [sql] = read.mock.lastCall ?? [];
  const plan = db.all(`EXPLAIN QUERY PLAN ${sql}`, { fromMs: 0, toMs: 1 }).map(({ detail }) => detail);
  expect(plan.filter((step) => String(step).startsWith("SCAN"))).toEqual(["SCAN l"]);
});
