import { statSync } from "node:fs";
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { advance, EMPTY_LANE } from "@lloom/protocol/lane";
import { expect, test, vi } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type Answered, type Asked, createExchange, testIdentity } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { type ClientLog, openClientLog } from "./client-log.ts";
import type { ReservedLane } from "./request-steps.ts";

const PROMPT_SALT: Hex = `0x${"a1".repeat(32)}`;
const CONTENT_SALT: Hex = `0x${"b2".repeat(32)}`;
const DEADLINE = 10_000n;
const DAY = 86_400n;
const exchange = createExchange({ deadline: DEADLINE });
const executor = exchange.executor.address;
let path: string;
let db: Database;
let log: ClientLog;

const { reopen } = databaseOfEachTest((opened, at) => {
  db = opened;
  log = openClientLog(opened);
  path = at;
}, {});

function send({ lane, state }: ReservedLane, sentAtMs = 1000): Asked {
  const asked = exchange.ask(state, { lane });
  const { requestHash, request, clientSignature: signature } = asked;
  log.saveRequest({ requestHash, request, signature, promptSalt: PROMPT_SALT, sentAtMs });
  return asked;
}
function receive({ state }: ReservedLane, asked: Asked): Answered & { receipt: Receipt } {
  const answered = exchange.answer(state, asked);
  const { requestHash, request, clientSignature } = asked;
  const { response, responseHash, executorSignature } = answered;
  const receipt = { request, response, clientSignature, executorSignature };
  log.saveReceipt({ requestHash, responseHash, receipt, contentSalt: CONTENT_SALT, receivedAtMs: 2000 });
  return { ...answered, receipt };
}
const misuse = expect.objectContaining({
  code: "INTERNAL",
  details: { requestHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
});

test("uses a lane again after its receipt, in the state that the receipt left", () => {
  const first = log.reserveLane(executor);
  expect(first.state).toEqual(EMPTY_LANE);
  const asked = send(first);
  const { response, responseHash, receipt } = receive(first, asked);
  const second = log.reserveLane(executor);
  expect(second).toEqual({ lane: first.lane, state: advance(EMPTY_LANE, response, responseHash) });
  const expected = {
    receipt,
    requestHash: asked.requestHash,
    responseHash,
    contentSalt: CONTENT_SALT,
    promptSalt: PROMPT_SALT,
    receivedAtMs: 2000,
    cursor: expect.any(Number),
  };
  expect(log.receipt(asked.requestHash)).toEqual(expected);
  expect(log.receipts({ limit: 5 })).toEqual([expected]);
  expect(log.receipts({ limit: 5, executor: testIdentity("stranger").address })).toEqual([]);
});

test("gives parallel requests lanes of their own, each executor its own", () => {
  const lanes = Array.from({ length: 20 }, () => log.reserveLane(executor).lane);
  expect(new Set(lanes).size).toBe(20);
  expect(lanes.every((lane) => lane >= 0n && lane < 2n ** 64n)).toBe(true);
  const [lane = 0n] = lanes;
  log.releaseLane(executor, lane);
  expect(log.reserveLane(testIdentity("another").address).lane).not.toBe(lane);
  expect(log.reserveLane(executor).lane).toBe(lane);
});

test("never uses a retired lane again, whatever comes for it later", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  log.retireLane(executor, reserved.lane, "stream lost");
  expect(log.reserveLane(executor).lane).not.toBe(reserved.lane);
  receive(reserved, asked);
  log.releaseLane(executor, reserved.lane);
  expect(log.receipt(asked.requestHash)?.receipt.request).toEqual(asked.request);
  expect(log.reserveLane(executor).lane).not.toBe(reserved.lane);
});

test("retires every lane that was busy when the process ended", () => {
  const sent = log.reserveLane(executor);
  send(sent);
  const reserved = log.reserveLane(executor);
  const idle = log.reserveLane(executor);
  log.releaseLane(executor, idle.lane);
  reopen();
  const next = [log.reserveLane(executor).lane, log.reserveLane(executor).lane];
  expect(next[0]).toBe(idle.lane);
  expect(next).not.toContain(sent.lane);
  expect(next).not.toContain(reserved.lane);
});

test("frees the lane of a refused request, in the state before", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  log.releaseLane(executor, reserved.lane);
  expect(log.outstanding(executor, DEADLINE)).toBe(asked.request.costCap);
  log.saveRefusal(asked.requestHash, "QUEUE_FULL");
  expect(log.reserveLane(executor)).toEqual(reserved);
  expect(log.outstanding(executor, DEADLINE)).toBe(0n);
});

test("refuses a request outside its reserved lane, and a receipt for none", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  expect(() => send(reserved, 2)).toThrow(misuse);
  expect(() => send({ lane: 5n, state: EMPTY_LANE })).toThrow(misuse);
  const stranger = exchange.ask(EMPTY_LANE, { lane: 6n });
  expect(() => receive({ lane: 6n, state: EMPTY_LANE }, stranger)).toThrow(misuse);
  receive(reserved, asked);
  expect(() => receive(reserved, asked)).toThrow(misuse);
});

test("refuses a receipt whose answer does not fit, and keeps the lane busy", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  const { response, responseHash, executorSignature } = exchange.answer(EMPTY_LANE, asked);
  const receipt = {
    request: asked.request,
    response: { ...response, cumulativeCost: response.cumulativeCost + 1n },
    clientSignature: asked.clientSignature,
    executorSignature,
  };
  const { requestHash } = asked;
  const received = { requestHash, responseHash, receipt, contentSalt: CONTENT_SALT, receivedAtMs: 1 };
  const refusal = expect.objectContaining({ code: "RESPONSE_INVALID", details: { requestHash } });
  expect(() => log.saveReceipt(received)).toThrow(refusal);
  expect(log.reserveLane(executor).lane).not.toBe(reserved.lane);
});

test("counts what an executor may still settle, until it no longer can", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  expect(log.outstanding(executor, DEADLINE)).toBe(asked.request.costCap);
  log.retireLane(executor, reserved.lane, "no answer");
  expect(log.outstanding(executor, DEADLINE + DAY)).toBe(asked.request.costCap);
  expect(log.outstanding(executor, DEADLINE + DAY + 1n)).toBe(0n);

  const second = log.reserveLane(executor);
  const sent = send(second);
  expect(log.outstanding(executor, DEADLINE)).toBe(asked.request.costCap + sent.request.costCap);
  const { response } = receive(second, sent);
  expect(log.outstanding(executor, DEADLINE + DAY + 1n)).toBe(response.cumulativeCost);
  expect(log.markSettled({ executor, lane: second.lane, nonce: 1n, cost: 10n })).toBe(true);
  expect(log.outstanding(executor, DEADLINE + DAY + 1n)).toBe(response.cumulativeCost - 10n);
  expect(log.unsettledLanes()).toBe(1);
  log.markSettled({ executor, lane: second.lane, nonce: 1n, cost: response.cumulativeCost });
  log.markSettled({ executor, lane: second.lane, nonce: 1n, cost: 10n });
  expect(log.outstanding(executor, DEADLINE + DAY + 1n)).toBe(0n);
  expect(log.unsettledLanes()).toBe(0);
  expect(log.markSettled({ executor, lane: 1n, nonce: 1n, cost: 1n })).toBe(false);
});

test("counts nothing any more that was pruned", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  log.retireLane(executor, reserved.lane, "no answer");
  expect(log.outstanding(executor, DEADLINE)).toBe(asked.request.costCap);
  log.prune(2_000);
  expect(log.outstanding(executor, DEADLINE)).toBe(0n);
});

test("prunes old receipts, but the newest of a lane in use and what is under way", () => {
  const reserved = log.reserveLane(executor);
  const old = send(reserved, 1000);
  const { response, responseHash } = receive(reserved, old);
  const again = log.reserveLane(executor);
  const newest = send(again, 1000);
  receive({ lane: again.lane, state: advance(EMPTY_LANE, response, responseHash) }, newest);
  log.prune(5000);
  expect(log.receipt(old.requestHash)).toBeUndefined();
  expect(log.receipt(newest.requestHash)).toBeDefined();
  const busyLane = log.reserveLane(executor);
  expect(busyLane.lane).toBe(reserved.lane);
  const busy = send(busyLane, 1000);
  log.prune(5000);
  receive(busyLane, busy);
  expect(log.receipt(busy.requestHash)).toBeDefined();
});

test("tells how the newest requests ended, oldest first", () => {
  const answered = log.reserveLane(executor);
  receive(answered, send(answered, 1));
  const refused = log.reserveLane(executor);
  const other = log.reserveLane(executor);
  log.saveRefusal(send(refused, 2).requestHash, "QUEUE_FULL");
  const open = send(other, 3);
  const expected = [
    { executor, status: "answered", failure: undefined, sentAtMs: 1 },
    { executor, status: "failed", failure: "QUEUE_FULL", sentAtMs: 2 },
    { executor, status: "sent", failure: undefined, sentAtMs: 3 },
  ];
  expect(log.outcomes(9)).toMatchObject(expected);
  expect(log.outcomes(2)).toMatchObject(expected.slice(1));
  log.saveRefusal(open.requestHash, "DRAINING");
  log.saveRefusal(open.requestHash, "INTERNAL");
  expect(log.outcomes(1)).toMatchObject([{ failure: "DRAINING" }]);
  log.saveRefusal(exchange.ask(EMPTY_LANE, { lane: 77n }).requestHash, "INTERNAL");
  expect(log.receipt(open.requestHash)).toBeUndefined();
});

test("pages receipts from the newest to the oldest, of one executor or of all", () => {
  const hashes = Array.from({ length: 3 }, () => {
    const reserved = log.reserveLane(executor);
    const asked = send(reserved);
    receive(reserved, asked);
    log.retireLane(executor, reserved.lane, "for the next");
    return asked.requestHash;
  });
  const [newest, ...more] = log.receipts({ limit: 0 });
  expect(more).toEqual([]);
  expect(newest?.requestHash).toBe(hashes[2]);
  const others = log.receipts({ limit: 5, before: newest?.cursor ?? 0, executor });
  expect(others.map(({ requestHash }) => requestHash)).toEqual([hashes[1], hashes[0]]);
});

test("refuses a request that does not continue its lane", () => {
  const { lane } = log.reserveLane(executor);
  const ahead = { ...EMPTY_LANE, nonce: 1n };
  const details = { requestHash: exchange.ask(ahead, { lane }).requestHash };
  expect(() => send({ lane, state: ahead })).toThrow(expect.objectContaining({ code: "LANE_OUT_OF_STEP", details }));
});

test("takes an answer that came before a crash and was noted after it, and leaves its lane retired", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  reopen();
  receive(reserved, asked);
  expect(log.receipt(asked.requestHash)?.receipt.request).toEqual(asked.request);
  expect(log.reserveLane(executor).lane).not.toBe(reserved.lane);
});

test("tells how one request ended, and what it costs or may still cost", () => {
  const first = log.reserveLane(executor);
  const { response, responseHash } = receive(first, send(first));
  const second = { lane: first.lane, state: advance(EMPTY_LANE, response, responseHash) };
  expect(log.reserveLane(executor)).toEqual(second);
  const { requestHash, request } = send(second);
  const most = request.costCap - request.ackedCost;
  expect(log.fate(requestHash)).toEqual({ executor, status: "sent", failure: undefined, cost: most });
  const { requestHash: answered } = log.receipts({ limit: 1 })[0] ?? { requestHash };
  const cost = response.cumulativeCost;
  expect(log.fate(answered)).toEqual({ executor, status: "answered", failure: undefined, cost });
  log.saveRefusal(requestHash, "QUEUE_FULL");
  expect(log.fate(requestHash)).toEqual({ executor, status: "failed", failure: "QUEUE_FULL", cost: 0n });
  expect(log.fate(exchange.ask(EMPTY_LANE, { lane: 77n }).requestHash)).toBeUndefined();
});

test("owes again what a reorganisation of the chain took back", () => {
  const reserved = log.reserveLane(executor);
  const { response } = receive(reserved, send(reserved));
  const lane = { executor, lane: reserved.lane };
  log.markSettled({ ...lane, nonce: 1n, cost: response.cumulativeCost });
  expect(log.correctSettled({ ...lane, nonce: 0n, cost: 7n })).toBe(true);
  expect(log.outstanding(executor, 0n)).toBe(response.cumulativeCost - 7n);
  expect(log.correctSettled({ executor, lane: 1n, nonce: 0n, cost: 0n })).toBe(false);
});

test("has the disk keep a receipt soon, although nobody waits for it", () => {
  const reserved = log.reserveLane(executor);
  const asked = send(reserved);
  const soon = vi.spyOn(db, "onDiskSoon");
  receive(reserved, asked);
  expect(soon).toHaveBeenCalledTimes(1);
});

test("leaves nothing of what was pruned in the write-ahead log", async () => {
  const reserved = log.reserveLane(executor);
  receive(reserved, send(reserved));
  await log.committed();
  const wal = `${path}-wal`;
  expect(statSync(wal).size).toBeGreaterThan(0);
  log.prune(5000);
  expect(statSync(wal).size).toBe(0);
});
