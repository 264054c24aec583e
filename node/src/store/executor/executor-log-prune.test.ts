/** What the executor's log forgets in time, and what it never does. */
import type { Hex } from "@lloom/protocol/commitment-types";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type Asked, createExchange } from "../../../../test/support/exchange.ts";
import { type ExecutorLog, openExecutorLog } from "./executor-log.ts";

const SALT: Hex = `0x${"5a".repeat(32)}`;
const exchange = createExchange();
const client = exchange.client.address;
let log: ExecutorLog;
databaseOfEachTest((opened) => {
  log = openExecutorLog(opened);
});

const acceptAsked = (asked: Asked, acceptedAtMs = 1000): void => log.accept({ ...asked, acceptedAtMs });
/** One whole answer: accepted, saved, signed, acknowledged. */
function serve(state: LaneState, lane: bigint, atMs: number): { after: LaneState; asked: Asked; responseHash: Hex } {
  const asked = exchange.ask(state, { lane });
  const { requestHash } = asked;
  const answered = exchange.answer(state, asked);
  const { response, responseHash, executorSignature } = answered;
  acceptAsked(asked, atMs);
  log.saveAnswer({ requestHash, ...answered, contentSalt: SALT, delivered: Buffer.from("text"), answeredAtMs: atMs });
  log.saveSignature(requestHash, executorSignature);
  log.saveAck({ requestHash, responseHash, signature: asked.clientSignature });
  return { after: advance(state, response, responseHash), asked, responseHash };
}

test("prunes delivered text and proven receipts, never what is owed or the state of a lane", () => {
  const one = serve(EMPTY_LANE, 1n, 1000);
  const two = serve(one.after, 1n, 2000);
  const paid = serve(EMPTY_LANE, 2n, 1000);
  log.markSettled({ client, lane: 2n, nonce: 1n, cost: paid.after.cost });
  log.prune(5000);
  expect(log.delivery(two.asked.requestHash)).toBeUndefined();
  expect(log.receipts({ limit: 10 }).map(({ requestHash }) => requestHash)).toEqual([two.asked.requestHash]);
  expect(log.laneState(client, 2n)).toEqual(paid.after);
  expect(log.unsettled()).toMatchObject([{ lane: 1n, amountOwed: two.after.cost }]);
  expect(() => acceptAsked(paid.asked)).toThrow(expect.objectContaining({ code: "LANE_OUT_OF_STEP" }));
});

test("prunes acknowledgements with the receipts that they are of, and no others", () => {
  const kept = serve(EMPTY_LANE, 1n, 1000);
  const paid = serve(EMPTY_LANE, 2n, 1000);
  log.markSettled({ client, lane: 2n, nonce: 1n, cost: paid.after.cost });
  expect(log.ackOf(paid.responseHash)).toEqual(paid.asked.clientSignature);
  log.prune(5000);
  expect(log.ackOf(paid.responseHash)).toBeUndefined();
  expect(log.ackOf(kept.responseHash)).toEqual(kept.asked.clientSignature);
});

test("prunes old failures", () => {
  const [old, late] = [exchange.ask(EMPTY_LANE, { lane: 1n }), exchange.ask(EMPTY_LANE, { lane: 2n })];
  acceptAsked(old, 4999);
  acceptAsked(late, 5000);
  for (const { requestHash } of [old, late]) log.fail(requestHash, "BACKEND_FAILED");
  log.prune(5000);
  expect([log.find(old.requestHash), log.find(late.requestHash)?.status]).toEqual([undefined, "failed"]);
});
