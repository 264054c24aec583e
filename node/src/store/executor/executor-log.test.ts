import type { Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type Answered, type Asked, createExchange, testIdentity } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { openAnswerSteps } from "./answer-steps.ts";
import { type ExecutorLog, openExecutorLog } from "./executor-log.ts";
import { servedDues } from "./settlement-log.ts";

const SALT: Hex = `0x${"5a".repeat(32)}`;
const TX: Hex = `0x${"77".repeat(32)}`;
const BIG_LANE = 2n ** 64n - 1n;
const exchange = createExchange();
const client = exchange.client.address;
let db: Database;
let log: ExecutorLog;

const { reopen } = databaseOfEachTest((opened) => {
  db = opened;
  log = openExecutorLog(opened);
});

/** An error that names the request which it refuses. */
const refusal = (code: ErrorCode, { requestHash }: Asked) =>
  expect.objectContaining({ code, details: { requestHash } });

const acceptAsked = (asked: Asked, acceptedAtMs = 1000): void => log.accept({ ...asked, acceptedAtMs });
function save(asked: Asked, answered: Answered, answeredAtMs = 2000): void {
  const { requestHash } = asked;
  log.saveAnswer({ requestHash, ...answered, contentSalt: SALT, delivered: Buffer.from("text"), answeredAtMs });
}
/** One whole answer: accepted, saved, signed. */
function serve(state: LaneState, lane: bigint, atMs = 2000): { after: LaneState; asked: Asked; answered: Answered } {
  const asked = exchange.ask(state, { lane });
  const answered = exchange.answer(state, asked);
  acceptAsked(asked, atMs);
  save(asked, answered, atMs);
  log.saveSignature(asked.requestHash, answered.executorSignature);
  return { after: advance(state, answered.response, answered.responseHash), asked, answered };
}

test("advances a lane only when its answer is signed", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: BIG_LANE });
  const answered = exchange.answer(EMPTY_LANE, asked);
  acceptAsked(asked);
  expect(log.busyLane(client, BIG_LANE)).toBe(true);
  save(asked, answered);
  expect(log.laneState(client, BIG_LANE)).toEqual(EMPTY_LANE);
  expect(log.busyLane(client, BIG_LANE)).toBe(true);
  log.saveSignature(asked.requestHash, answered.executorSignature);
  expect(log.laneState(client, BIG_LANE)).toEqual(advance(EMPTY_LANE, answered.response, answered.responseHash));
  expect(log.busyLane(client, BIG_LANE)).toBe(false);
});

test("returns a signed receipt exactly as it was given", () => {
  const { asked, answered } = serve(EMPTY_LANE, BIG_LANE);
  reopen();
  const receipt = {
    request: asked.request,
    clientSignature: asked.clientSignature,
    response: answered.response,
    executorSignature: answered.executorSignature,
  };
  expect(log.find(asked.requestHash)).toEqual({ status: "signed", receipt, responseHash: answered.responseHash });
  expect(log.receipts({ limit: 10 })).toEqual([
    {
      receipt,
      requestHash: asked.requestHash,
      responseHash: answered.responseHash,
      answeredAtMs: 2000,
      cursor: expect.any(Number),
    },
  ]);
  expect(log.delivery(asked.requestHash)).toEqual({
    delivered: Uint8Array.from(Buffer.from("text")),
    contentSalt: SALT,
    trace: new Uint8Array(),
  });
});

test("pages receipts from the newest to the oldest", () => {
  let state = EMPTY_LANE;
  for (let index = 0; index < 5; index++) state = serve(state, 3n).after;
  const first = log.receipts({ limit: 3 });
  const second = log.receipts({ limit: 3, before: first.at(-1)?.cursor ?? 0, client });
  expect([...first, ...second].map(({ receipt }) => receipt.request.nonce)).toEqual([5n, 4n, 3n, 2n, 1n]);
  expect(log.receipts({ limit: 3, client: testIdentity("stranger").address })).toEqual([]);
});

test("refuses a second request while a lane answers one", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  acceptAsked(asked);
  expect(() => acceptAsked(asked)).toThrow(refusal("LANE_OUT_OF_STEP", asked));
  const other = exchange.ask(EMPTY_LANE, { lane: 1n, maxOutboundTokens: 5n });
  expect(() => acceptAsked(other)).toThrow(refusal("LANE_BUSY", other));
  acceptAsked(exchange.ask(EMPTY_LANE, { lane: 2n }));
});

test("refuses a request that was accepted before, and one that does not continue its lane", () => {
  const { asked, after } = serve(EMPTY_LANE, 1n);
  expect(() => acceptAsked(asked)).toThrow(refusal("LANE_OUT_OF_STEP", asked));
  const twin = exchange.ask(EMPTY_LANE, { lane: 1n, maxOutboundTokens: 7n });
  expect(() => acceptAsked(twin)).toThrow(expect.objectContaining({ code: "LANE_OUT_OF_STEP" }));
  const gap = exchange.ask(after, { lane: 1n, nonce: 3n });
  expect(() => acceptAsked(gap)).toThrow(refusal("LANE_OUT_OF_STEP", gap));
  expect(log.busyLane(client, 1n)).toBe(false);
});

test("frees the lane of a failed request, and takes the same request again", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  acceptAsked(asked);
  log.fail(asked.requestHash, "BACKEND_FAILED");
  expect(log.find(asked.requestHash)).toEqual({
    status: "failed",
    request: asked.request,
    failure: "BACKEND_FAILED",
  });
  expect(log.busyLane(client, 1n)).toBe(false);
  acceptAsked(asked);
  expect(log.find(asked.requestHash)).toEqual({ status: "running", request: asked.request });
});

test("never takes a second answer to one request", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  const [first, second] = [exchange.answer(EMPTY_LANE, asked), exchange.answer(EMPTY_LANE, asked, { outbound: 9n })];
  acceptAsked(asked);
  save(asked, first);
  expect(() => save(asked, second)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  log.fail(asked.requestHash, "BACKEND_FAILED");
  expect(log.find(asked.requestHash)).toEqual({
    status: "answered",
    request: asked.request,
    response: first.response,
  });
  log.saveSignature(asked.requestHash, first.executorSignature);
  log.saveSignature(asked.requestHash, first.executorSignature);
  expect(() => log.saveSignature(asked.requestHash, second.executorSignature)).toThrow(
    expect.objectContaining({ code: "INTERNAL" }),
  );
  expect(log.laneState(client, 1n).nonce).toBe(1n);
});

test("says when the disk has an answer, and that it never will where a transaction was lost", async () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  acceptAsked(asked);
  await expect(log.onDisk()).resolves.toBeUndefined();
  db.writeSoon(() => db.run("INSERT OR REPLACE INTO facts VALUES ('lost', '1')"));
  expect(() => db.writeSoon(() => db.run("ROLLBACK"))).toThrow(expect.objectContaining({ code: "STORE_FAILED" }));
  await expect(log.onDisk()).rejects.toMatchObject({ code: "STORE_FAILED" });
});

test("refuses to save an answer that the contract would refuse", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  acceptAsked(asked);
  const tooLong = exchange.answer(EMPTY_LANE, asked, { outbound: 1001n });
  expect(() => save(asked, tooLong)).toThrow(refusal("RESPONSE_INVALID", asked));
});

test("counts what a client may come to owe: the cap while running, then the total, less what was paid", () => {
  expect(log.outstanding(client)).toBe(0n);
  const first = serve(EMPTY_LANE, 1n);
  const cost = first.after.cost;
  expect(cost).toBeGreaterThan(0n);
  expect(log.outstanding(client)).toBe(cost);
  expect(log.underWay(client)).toBe(0n);

  const running = exchange.ask(first.after, { lane: 1n });
  acceptAsked(running);
  expect(log.outstanding(client)).toBe(running.request.costCap);
  const parallel = exchange.ask(EMPTY_LANE, { lane: 2n });
  acceptAsked(parallel);
  expect(log.outstanding(client)).toBe(running.request.costCap + parallel.request.costCap);

  log.markSettled({ client, lane: 1n, nonce: 1n, cost });
  expect(log.outstanding(client)).toBe(running.request.costCap - cost + parallel.request.costCap);
  expect(log.underWay(client)).toBe(log.outstanding(client));
  const answered = exchange.answer(first.after, running);
  save(running, answered);
  expect(log.outstanding(client)).toBe(answered.response.cumulativeCost - cost + parallel.request.costCap);
  log.fail(parallel.requestHash, "CANCELLED");
  expect(log.outstanding(client)).toBe(answered.response.cumulativeCost - cost);
  expect(log.underWay(client)).toBe(log.outstanding(client));
  log.saveSignature(running.requestHash, answered.executorSignature);
  expect(log.outstanding(client)).toBe(answered.response.cumulativeCost - cost);
  expect(log.underWay(client)).toBe(0n);
  expect(log.outstanding(exchange.executor.address)).toBe(0n);
});

test("offers the newest receipt of each lane that is owed, longest waiting first", () => {
  const one = serve(EMPTY_LANE, 1n, 5000);
  const two = serve(EMPTY_LANE, 2n, 4000);
  const newest = serve(one.after, 1n, 6000);
  expect(log.unsettled().map(({ lane, oldestAtMs, amountOwed }) => ({ lane, oldestAtMs, amountOwed }))).toEqual([
    { lane: 2n, oldestAtMs: 4000, amountOwed: two.after.cost },
    { lane: 1n, oldestAtMs: 5000, amountOwed: newest.after.cost },
  ]);
  expect(log.unsettled()[1]?.receipt.request).toEqual(newest.asked.request);
  log.markSettled({ client, lane: 1n, nonce: 1n, cost: one.after.cost });
  expect(log.unsettled().map(({ lane, oldestAtMs }) => [lane, oldestAtMs])).toEqual([
    [2n, 4000],
    [1n, 6000],
  ]);
});

test("keeps the rest of a shortfall owed, and forgets nothing by late or repeated events", () => {
  const { after } = serve(EMPTY_LANE, 1n);
  expect(log.markSettled({ client, lane: 1n, nonce: 1n, cost: 10n })).toBe(true);
  expect(log.unsettled()).toMatchObject([{ amountOwed: after.cost - 10n, settledCost: 10n, oldestAtMs: 2000 }]);
  log.markSettled({ client, lane: 1n, nonce: 1n, cost: after.cost });
  log.markSettled({ client, lane: 1n, nonce: 1n, cost: 10n });
  expect(log.unsettled()).toEqual([]);
  expect(log.markSettled({ client, lane: 99n, nonce: 1n, cost: 10n })).toBe(false);
});

test("owes again what a reorganisation took back", () => {
  const { after } = serve(EMPTY_LANE, 1n);
  log.markSettled({ client, lane: 1n, nonce: 1n, cost: after.cost });
  log.correctSettled({ client, lane: 1n, nonce: 0n, cost: 0n });
  expect(log.unsettled()).toMatchObject([{ amountOwed: after.cost, settling: false }]);
  expect(log.outstanding(client)).toBe(after.cost);
});

test("marks lanes whose settlement is under way, over a restart", () => {
  const one = serve(EMPTY_LANE, 1n);
  log.markSettling([{ client, lane: 1n, nonce: 1n }], TX);
  reopen();
  expect(log.unsettled()).toMatchObject([{ lane: 1n, settling: true }]);
  expect(db.get("SELECT settling_tx FROM served_lanes")).toEqual({ settling_tx: TX });
  log.clearSettling([{ client, lane: 1n }]);
  expect(log.unsettled()).toMatchObject([{ lane: 1n, settling: false }]);
  log.markSettling([{ client, lane: 1n, nonce: 1n }], TX);
  serve(one.after, 1n);
  log.markSettled({ client, lane: 1n, nonce: 1n, cost: one.after.cost });
  expect(log.unsettled()).toMatchObject([{ lane: 1n, settling: false }]);
});

test("gives a lane up until a new answer acknowledges the old ones", () => {
  const { after } = serve(EMPTY_LANE, 1n);
  log.writeOff({ client, lane: 1n }, "Expired");
  expect(log.unsettled()).toEqual([]);
  expect(log.outstanding(client)).toBe(0n);
  const next = serve(after, 1n);
  expect(log.unsettled()).toMatchObject([{ amountOwed: next.after.cost }]);
});

test("fails what ran when the process ended, and keeps what was saved for its signature", () => {
  const [running, saved] = [exchange.ask(EMPTY_LANE, { lane: 1n }), exchange.ask(EMPTY_LANE, { lane: 2n })];
  const answered = exchange.answer(EMPTY_LANE, saved);
  acceptAsked(running);
  acceptAsked(saved);
  save(saved, answered);
  reopen();
  expect(log.find(running.requestHash)).toMatchObject({ status: "failed", failure: "INTERNAL" });
  expect([log.busyLane(client, 1n), log.busyLane(client, 2n)]).toEqual([false, true]);
  const { response, responseHash } = answered;
  const { requestHash, request } = saved;
  expect(log.answeredUnsigned()).toEqual([{ requestHash, request, response, responseHash }]);
  log.saveSignature(requestHash, answered.executorSignature);
  expect(log.answeredUnsigned()).toEqual([]);
});

test("goes on by the rows with what is not in memory", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  const { requestHash } = asked;
  const answered = exchange.answer(EMPTY_LANE, asked);
  acceptAsked(asked);
  const saved = { requestHash, ...answered, contentSalt: SALT, delivered: Buffer.from("text"), answeredAtMs: 2000 };
  // Others over the same rows, who took nothing of it.
  expect(() => openAnswerSteps(db, servedDues(db)).saveSignature(requestHash, answered.executorSignature)).toThrow(
    refusal("INTERNAL", asked),
  );
  openAnswerSteps(db, servedDues(db)).saveAnswer(saved);
  openAnswerSteps(db, servedDues(db)).saveSignature(requestHash, answered.executorSignature);
  expect(log.find(requestHash)).toMatchObject({ status: "signed", responseHash: answered.responseHash });
  expect(log.laneState(client, 1n)).toEqual(advance(EMPTY_LANE, answered.response, answered.responseHash));
});

test("knows nothing of a request that it never took, and saves nothing for it", () => {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  const answered = exchange.answer(EMPTY_LANE, asked);
  expect([log.find(asked.requestHash), log.delivery(asked.requestHash)]).toEqual([undefined, undefined]);
  const misuse = expect.objectContaining({ code: "INTERNAL", details: { requestHash: asked.requestHash } });
  expect(() => save(asked, answered)).toThrow(misuse);
  expect(() => log.saveSignature(asked.requestHash, answered.executorSignature)).toThrow(misuse);
  acceptAsked(asked);
  expect(() => log.saveSignature(asked.requestHash, answered.executorSignature)).toThrow(misuse);
});

test("gives at least one receipt to whoever asks for a page", () => {
  serve(serve(EMPTY_LANE, 1n).after, 1n);
  expect(log.receipts({ limit: 0 }).map(({ receipt }) => receipt.request.nonce)).toEqual([2n]);
});
