import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EntrustedPair } from "@lloom/protocol/rpc-messages";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createExchange, TEST_CIPHER } from "../../../../test/support/exchange.ts";
import { type Database, openDatabase } from "../database/database.ts";
import { type EntrustedLog, openEntrustedLog } from "./entrusted-log.ts";

const exchange = createExchange();
const { address: executor } = exchange.executor;
const signature = exchange.client.sign(`0x${"5a".repeat(32)}`);
const FEE = { amount: 50_000n, signature };
const MOST = 20;
let directory: string;
let db: Database;
let log: EntrustedLog;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-entrusted-"));
  db = openDatabase(join(directory, "validator.sqlite"), { cipher: TEST_CIPHER });
  log = openEntrustedLog(db, MOST);
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** A signed pair at a place of a lane. */
const pairAt = (nonce: bigint): EntrustedPair => exchange.receipt({ nonce });

describe("a lane", () => {
  it("keeps its newest pair, whatever comes in which order", () => {
    for (const nonce of [2n, 3n, 1n, 3n]) log.entrust(pairAt(nonce));
    expect(log.guardedExecutors()).toEqual([{ executor, lanes: 1 }]);
    expect(log.guardedPair(pairAt(1n).request)?.receipt).toEqual(pairAt(3n));
  });

  it("learns an acknowledgement and a fee of the same pair later, and forgets neither", () => {
    const pair = pairAt(1n);
    log.entrust(pair);
    log.entrust({ ...pair, acknowledgement: signature });
    log.entrust({ ...pair, fee: FEE });
    log.entrust(pair);
    expect(log.guardedPair(pair.request)).toMatchObject({ acknowledgement: signature, fee: FEE, isFeeTaken: false });
  });

  it("remembers that a fee was taken, until a newer pair brings another", () => {
    const pair = { ...pairAt(1n), fee: FEE };
    log.entrust(pair);
    log.markFee(pair.request, true);
    log.entrust(pair);
    expect(log.guardedPair(pair.request)?.isFeeTaken).toBe(true);
    log.entrust({ ...pairAt(2n), fee: FEE });
    expect(log.guardedPair(pair.request)?.isFeeTaken).toBe(false);
  });

  it("takes a higher fee for the same pair, and looks at once whether that is enough; a lower one, or one too late, changes nothing", () => {
    const pair = pairAt(1n);
    const fee = (amount: bigint) => ({ ...pair, fee: { ...FEE, amount } });
    const kept = () => log.guardedPair(pair.request)?.fee?.amount;
    log.entrust(fee(99n));
    log.lookAgain(pair.request, 500_000n);
    log.entrust(fee(100n));
    expect([kept(), log.duePairs(executor, 0n, 10).length]).toEqual([100n, 1]);
    log.lookAgain(pair.request, 500_000n);
    for (const again of [pair, fee(100n), fee(7n)]) log.entrust(again);
    expect([kept(), log.duePairs(executor, 0n, 10).length]).toEqual([100n, 0]);
    log.markFee(pair.request, true);
    log.entrust(fee(101n));
    expect(kept()).toBe(100n);
  });

  it("is looked at anew when a newer pair comes, however long the one before could wait", () => {
    log.entrust(pairAt(1n));
    log.lookAgain(pairAt(1n).request, 500_000n);
    expect(log.duePairs(executor, 0n, 10)).toEqual([]);
    log.entrust(pairAt(2n));
    expect(log.duePairs(executor, 0n, 10)).toHaveLength(1);
  });

  it("takes what is noted about a pair for no newer one", () => {
    log.entrust(pairAt(1n));
    log.entrust(pairAt(2n));
    log.lookAgain(pairAt(1n).request, 500_000n);
    log.markFee(pairAt(1n).request, true);
    expect(log.duePairs(executor, 0n, 10)).toMatchObject([{ isFeeTaken: false }]);
  });

  it("is looked at when its time comes, and forgotten when its deadline is long over", () => {
    const pair = pairAt(1n);
    log.entrust(pair);
    expect(log.duePairs(executor, 0n, 10)).toHaveLength(1);
    log.lookAgain(pair.request, 100n);
    expect([log.duePairs(executor, 99n, 10).length, log.duePairs(executor, 100n, 10).length]).toEqual([0, 1]);
    expect(log.duePairs(exchange.client.address, 100n, 10)).toEqual([]);
    log.forgetPairs(pair.request.deadline);
    expect(log.countPairs(executor)).toBe(1);
    log.forgetPairs(pair.request.deadline + 1n);
    expect(log.countPairs(executor)).toBe(0);
  });
});

describe("an executor", () => {
  it("has so many lanes kept at most: one more pushes out the one whose deadline is longest over", () => {
    const first = pairAt(1n);
    const { deadline } = first.request;
    for (let lane = 0; lane < MOST; lane++) {
      const request = { ...first.request, lane: BigInt(lane), deadline: deadline + BigInt(lane === 7 ? 0 : lane + 1) };
      log.entrust({ ...first, request });
    }
    expect(log.countPairs(executor)).toBe(MOST);
    log.entrust({ ...first, request: { ...first.request, lane: 1n << 63n, deadline: deadline + 10_000n } });
    expect(log.countPairs(executor)).toBe(MOST);
    expect(log.guardedPair({ ...first.request, lane: 7n })).toBeUndefined();
    expect(log.guardedPair({ ...first.request, lane: 1n << 63n })).toBeDefined();
  });
});
