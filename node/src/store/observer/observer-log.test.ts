import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type ObserverLog, openObserverLog } from "./observer-log.ts";
import { HOUR_MS } from "./sample-log.ts";
import type { TermsChange } from "./terms-log.ts";

const DAY = 24 * HOUR_MS;
const NOW = 1_000 * DAY;
const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const HASH: Hex = `0x${"11".repeat(32)}`;
let log: ObserverLog;

const { reopen } = databaseOfEachTest((db) => {
  log = openObserverLog(db);
});

const call = (executor: Address, atMs: number, responseMs?: number) =>
  log.addSample({
    ...{ executor, atMs },
    answered: responseMs === undefined ? undefined : { connectMs: responseMs / 2, responseMs },
  });

const change = (executor: Address, atMs: number, inboundPrice?: bigint): TermsChange => ({
  ...{ executor, model: "tiny", modelHash: HASH, atMs },
  terms:
    inboundPrice === undefined
      ? undefined
      : {
          inboundPrice,
          outboundPrice: 2n ** 96n - 1n,
          maxContext: 4n,
          capacity: 2,
          weightsHash: HASH,
          evidence: "text",
        },
});

test("keeps calls, and each hour's count and medians, across a restart", () => {
  call(A, NOW, 10);
  call(A, NOW + 1, 30);
  call(A, NOW + 2);
  call(A, NOW + HOUR_MS);
  call(B, NOW, 5);
  reopen();
  expect(log.samples(A, NOW + 1)).toEqual([
    { executor: A, atMs: NOW + 1, answered: { connectMs: 15, responseMs: 30 } },
    { executor: A, atMs: NOW + 2, answered: undefined },
    { executor: A, atMs: NOW + HOUR_MS, answered: undefined },
  ]);
  expect(log.hours(A, NOW, 10)).toEqual([
    { hourMs: NOW, calls: 3, answered: 2, connectMs: 10, responseMs: 20 },
    { hourMs: NOW + HOUR_MS, calls: 1, answered: 0, connectMs: undefined, responseMs: undefined },
  ]);
  expect(log.hours(A, NOW, 1).map(({ hourMs }) => hourMs)).toEqual([NOW + HOUR_MS]);
});

test("keeps what was offered from when on, exactly, and that it ended", () => {
  const sold = change(A, NOW, 7n);
  log.addTerms([sold, change(A, NOW + 5), change(B, NOW + 1, 3n)]);
  expect(log.latestTerms(A)).toEqual([change(A, NOW + 5)]);
  expect(log.termsOfModel(HASH, 0, 10)).toEqual([change(A, NOW + 5), change(B, NOW + 1, 3n), sold]);
  expect([log.termsOfModel(HASH, 0, 1).length, log.countTermsOfModel(HASH, NOW + 1)]).toEqual([1, 2]);
});

test("forgets single calls after days and hours and terms after months, but not what still stands", () => {
  call(A, NOW - 91 * DAY, 1);
  call(A, NOW - 4 * DAY, 2);
  call(A, NOW, 3);
  log.addTerms([change(A, NOW - 95 * DAY, 1n), change(A, NOW - 92 * DAY, 2n)]);
  log.addTerms([change(B, NOW - 95 * DAY, 1n), change(B, NOW - 92 * DAY)]);
  log.prune(NOW);
  expect(log.samples(A, 0).map(({ atMs }) => atMs)).toEqual([NOW]);
  expect(log.hours(A, 0, 10).map(({ hourMs }) => hourMs)).toEqual([NOW - 4 * DAY, NOW]);
  expect(log.termsOfModel(HASH, 0, 10)).toEqual([change(A, NOW - 92 * DAY, 2n)]);
});

test("knows where executors were last said to be", () => {
  const known = { executor: A, peerId: "16Uiu2", multiaddrs: ["/ip4/127.0.0.1/tcp/1/p2p/16Uiu2"], heardAtMs: NOW };
  log.noteExecutors([{ ...known, heardAtMs: 1, multiaddrs: [] }, { ...known, executor: B, heardAtMs: 2 }, known]);
  expect(log.knownExecutors(2, 10).map(({ executor }) => executor)).toEqual([A, B]);
  expect(log.knownExecutors(3, 10)).toEqual([known]);
});
