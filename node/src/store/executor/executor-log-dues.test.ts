import type { Hex } from "@lloom/protocol/commitment-types";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type Asked, createExchange } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { openAnswerSteps } from "./answer-steps.ts";
import { type ExecutorLog, openExecutorLog } from "./executor-log.ts";
import { openSettlementLog, servedDues } from "./settlement-log.ts";

const UNKNOWN: Hex = `0x${"77".repeat(32)}`;
const SALT: Hex = `0x${"5a".repeat(32)}`;
const exchange = createExchange();
const client = exchange.client.address;
let db: Database;
let log: ExecutorLog;

databaseOfEachTest((opened) => {
  db = opened;
  log = openExecutorLog(opened);
});

const acceptAsked = (asked: Asked): void => log.accept({ ...asked, acceptedAtMs: 1000 });
/** One whole answer: accepted, saved, signed. */
function serve(state: LaneState, lane: bigint): { after: LaneState } {
  const asked = exchange.ask(state, { lane });
  const answered = exchange.answer(state, asked);
  const { requestHash } = asked;
  acceptAsked(asked);
  log.saveAnswer({ requestHash, ...answered, contentSalt: SALT, delivered: Buffer.from("text"), answeredAtMs: 2000 });
  log.saveSignature(requestHash, answered.executorSignature);
  return { after: advance(state, answered.response, answered.responseHash) };
}

test("counts nothing of a request that failed, though only its row knows it, and fails none that it does not know", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  acceptAsked(asked);
  const dues = servedDues(db);
  const others = openAnswerSteps(db, dues);
  expect(dues.sum(client)).toBe(asked.request.costCap);
  others.fail(UNKNOWN, "CANCELLED");
  expect(dues.sum(client)).toBe(asked.request.costCap);
  others.fail(asked.requestHash, "CANCELLED");
  expect(dues.sum(client)).toBe(0n);
  expect(log.find(asked.requestHash)).toMatchObject({ status: "failed", failure: "CANCELLED" });
});

test("is read beside its writer as the writer has it, and may be settled there", () => {
  const beside = openSettlementLog(db);
  expect(beside.outstanding(client)).toBe(0n);
  const first = serve(EMPTY_LANE, 1n);
  acceptAsked(exchange.ask(EMPTY_LANE, { lane: 2n }));
  expect(beside.outstanding(client)).toBe(log.outstanding(client));
  expect(beside.underWay(client)).toBeGreaterThan(0n);
  expect(beside.outstanding(exchange.executor.address)).toBe(0n);
  expect(beside.markSettled({ client, lane: 1n, nonce: 1n, cost: first.after.cost })).toBe(true);
  expect(beside.unsettled()).toEqual([]);
  const second = serve(first.after, 1n);
  expect(beside.unsettled()).toMatchObject([{ amountOwed: second.after.cost - first.after.cost }]);
  beside.writeOff({ client, lane: 1n }, "Expired");
  expect(beside.unsettled()).toEqual([]);
});
