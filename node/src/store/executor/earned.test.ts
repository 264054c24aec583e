import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { createExchange } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { earnedSince, requestsUnderWay } from "./earned.ts";
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

/** Answers the next request of a lane; returns what the lane has come to. */
function serve(lane: bigint, answeredAtMs: number): bigint {
  const state = log.laneState(client, lane);
  const asked = exchange.ask(state, { lane });
  const { requestHash } = asked;
  const answered = exchange.answer(state, asked);
  log.accept({ ...asked, acceptedAtMs: answeredAtMs - 1 });
  log.saveAnswer({ requestHash, ...answered, contentSalt: SALT, delivered: Buffer.from("text"), answeredAtMs });
  log.saveSignature(requestHash, answered.executorSignature);
  return answered.response.cumulativeCost;
}

test("sums up what answers of a time cost, each by itself, also of lanes that went on before", () => {
  const before = serve(7n, 1_000);
  const after = serve(7n, 2_000);
  const other = serve(8n, 3_000);
  expect(earnedSince(db, 2_000)).toEqual({ total: after - before + other, answers: 2 });
  expect(earnedSince(db, 3_001)).toEqual({ total: 0n, answers: 0 });
});

test("counts requests that are accepted and not answered", () => {
  const asked = exchange.ask(log.laneState(client, 7n), { lane: 7n });
  log.accept({ ...asked, acceptedAtMs: 1 });
  serve(8n, 2);
  expect(requestsUnderWay(db)).toBe(1);
});
